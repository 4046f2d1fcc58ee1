#pragma once

#include <string>
#include <vector>

namespace weir::sql_test {

/// One block of a .test file; the format is in README.md.
struct Block {
  enum class Kind { table, query, ordered, refused, error, ours, swept };
  Kind kind = Kind::query;
  std::string title;              // of a table: its name
  std::string schema;             // of a table: StructType JSON
  std::vector<std::string> head;  // of a table: its rows; else the query's lines
  std::vector<std::string> tail;  // behind ----
  int line = 0;

  [[nodiscard]] std::string text() const;  // the head as one text
};

[[nodiscard]] std::vector<Block> read_test_file(const std::string& path);

}  // namespace weir::sql_test
