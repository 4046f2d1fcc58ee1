#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <duckdb.h>

#include "answers.hpp"
#include "engine/dialect/dialect.hpp"
#include "test_file.hpp"

namespace weir::sql_test {

/// A DuckDB in memory with everything that a translated query needs. One thread.
class Engine {
 public:
  Engine();
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Makes the table of a `table` block, in the place of one of that name.
  void load(const Block& table);

  /// Makes a table by SQL; the dialect knows it by its schema, in Spark's DDL.
  void create(const std::string& tag, const std::string& ddl, const std::string& sql);

  /// What becomes of a query.
  struct Outcome {
    std::optional<dialect::Translation> translation;  // none: refused
    std::optional<Answer> answer;                     // none: failed while it ran
    std::vector<boost::json::value> origins;          // of the answer's rows, if asked for
    std::string message;                              // of the refusal or failure
  };
  [[nodiscard]] Outcome ask(const std::string& query, dialect::Options options = {});

  void run(const std::string& sql);

  /// A number for the rows that a query gives and their origins, whatever order they come in.
  [[nodiscard]] std::string digest(const std::string& query, dialect::Options options);

 private:
  static void run(const std::string& sql, duckdb_connection connection);

  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  dialect::Relations relations_;
  std::filesystem::path rows_path_;
};

/// Each row of one has its like in the other. Fractions are equal but for rounding, so that sorting
/// both sides would not do.
[[nodiscard]] bool same_bag(std::vector<boost::json::array> left,
                            const std::vector<boost::json::array>& right);
/// A row a line, for a message.
[[nodiscard]] std::string listed(const std::vector<boost::json::array>& rows);

}  // namespace weir::sql_test
