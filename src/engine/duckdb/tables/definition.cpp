// A hash and not the definition itself, since the ledger has a row for each load, and a live table
// a load a second: whether two loads were meant alike is all that is asked.

#include "engine/duckdb/tables/definition.hpp"

#include <string_view>

#include <boost/json.hpp>

#include "base/sha256.hpp"

namespace weir::engine::duckdb {

namespace {

namespace json = boost::json;

json::array json_of(const Field& field) {
  return {field.incoming, field.name,  static_cast<int>(field.type),     field.required,
          field.format,   field.scale, json::value_from(field.combines), field.uuid};
}

json::array json_of(const Source& source) {
  return {source.tag, static_cast<int>(source.format), source.schema_json, source.row_tag,
          source.trim};
}

json::array json_of(const Operation& operation) {
  json::array sources;
  for (const Source& source : operation.sources)
    sources.push_back(json_of(source));
  return json::array{operation.query, std::move(sources)};
}

}  // namespace

std::string definition_of(const Load& load) {
  json::array fields;
  for (const Field& field : load.fields)
    fields.push_back(json_of(field));
  json::array operations;
  for (const Operation& operation : load.operations)
    operations.push_back(json_of(operation));
  const json::array all{std::move(fields),
                        json::value_from(load.primary_key),
                        load.last_updated,
                        static_cast<int>(load.keep),
                        load.merge,
                        load.delete_marker.field,
                        load.delete_marker.value,
                        std::move(operations)};
  return sha256_hex(json::serialize(all));
}

}  // namespace weir::engine::duckdb
