#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir::feed {

/// How a text file is written, where the operation says so.
struct TextOptions {
  std::optional<std::string> delimiter;
  std::optional<std::string> quote;  // empty: nothing is quoted
  std::optional<std::string> escape;
  std::optional<bool> multiline;
};

/// One file of an ingest query, by its tag, and how to read it (spec/loads.md 4).
struct QueryFile {
  std::string tag;
  std::string row_tag = "row";
  bool trim = false;        // XML: strip white space around texts
  std::string schema_json;  // Spark StructType; empty: inferred
  TextOptions text = {};    // of files that a file courier landed; it reads them by these
};

struct Operation {
  enum class Type { load, truncate, spark_sql };
  Type type = Type::load;
  std::string file;              // load: the tag
  std::vector<QueryFile> files;  // spark_sql
  std::string query;             // spark_sql: the ingest query's name
};

/// A courier's operations for one feed, in order; a truncate always comes first, wherever listed.
struct FeedOperations {
  std::string feed_id;
  std::vector<Operation> operations;
};

/// Parses the courier's "load operations", a JSON object of feed id to operations. `{}` means none.
/// A bare string such as "df-xxxxxx", the usual placeholder, is a feed without operations. Errors
/// name the place (spec/loads.md 1).
Result<std::vector<FeedOperations>> parse_load_operations(std::string_view json);

}  // namespace weir::feed
