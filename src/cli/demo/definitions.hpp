#pragma once

#include <string_view>
#include <vector>

#include "cli/demo/workload.hpp"

/// What the demo creates through the control API, as data: streams, feeds, queries, operations.
namespace weir::cli::demo {

struct StreamDefinition {
  Stream stream;
  std::string_view name;
  std::string_view description;
  std::string_view payload_type;  // "json", "xml"
};

/// One domain table and how it is filled.
struct TableDefinition {
  Table table;
  Stream stream;
  std::string_view source, name;  // "source:name"
  std::string_view feed_json;     // fields, primary_key, last_updated, error_threshold
  std::string_view query_name;    // empty: the payloads are loaded as they are
  std::string_view query_about;
  std::string_view sql;
  std::string_view row_tag;                   // for XML
  std::string_view schema_json;               // Spark StructType
  std::vector<std::string_view> key_columns;  // as ExpectedRow::key has them
  std::string_view version_column;            // as ExpectedRow::version
  std::string_view sample_columns;            // what the report shows
  std::string table_name() const { return std::string(source) + ":" + std::string(name); }
};

const StreamDefinition& definition_of(Stream stream);
const TableDefinition& definition_of(Table table);

}  // namespace weir::cli::demo
