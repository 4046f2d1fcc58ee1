// Both forms of a type, the handle and the SQL, are made from the one Spark type, so that what is
// read and what is cast cannot differ.

#include "engine/duckdb/reader/logical_type.hpp"

#include <vector>

namespace weir::engine::duckdb {

namespace {

using spark::Kind;
using spark::Type;

duckdb_type scalar(Kind kind) {
  switch (kind) {
    case Kind::long_:
      return DUCKDB_TYPE_BIGINT;
    case Kind::int_:
      return DUCKDB_TYPE_INTEGER;
    case Kind::short_:
      return DUCKDB_TYPE_SMALLINT;
    case Kind::byte:
      return DUCKDB_TYPE_TINYINT;
    case Kind::double_:
      return DUCKDB_TYPE_DOUBLE;
    case Kind::float_:
      return DUCKDB_TYPE_FLOAT;
    case Kind::boolean:
      return DUCKDB_TYPE_BOOLEAN;
    case Kind::date:
      return DUCKDB_TYPE_DATE;
    case Kind::timestamp:
      return DUCKDB_TYPE_TIMESTAMP;
    case Kind::binary:
      return DUCKDB_TYPE_BLOB;
    default:
      return DUCKDB_TYPE_VARCHAR;
  }
}

LogicalType structure(const Type& type) {
  std::vector<LogicalType> owners;
  std::vector<duckdb_logical_type> types;
  std::vector<const char*> names;
  for (const spark::Field& field : type.fields()) {
    owners.push_back(logical_type(field.type));
    types.push_back(owners.back().get());
    names.push_back(field.name.c_str());
  }
  return LogicalType(duckdb_create_struct_type(types.data(), names.data(), types.size()));
}

std::string text_of(char* owned) {
  std::string text = owned == nullptr ? "" : owned;
  duckdb_free(owned);
  return text;
}

std::string structure_name(duckdb_logical_type type) {
  std::string out = "STRUCT(";
  const idx_t count = duckdb_struct_type_child_count(type);
  for (idx_t i = 0; i < count; ++i) {
    if (i > 0) out += ", ";
    out += quote_name(text_of(duckdb_struct_type_child_name(type, i))) + " ";
    out += type_name(LogicalType(duckdb_struct_type_child_type(type, i)).get());
  }
  return out + ")";
}

std::string scalar_name(duckdb_type id) {
  switch (id) {
    case DUCKDB_TYPE_BOOLEAN:
      return "BOOLEAN";
    case DUCKDB_TYPE_TINYINT:
      return "TINYINT";
    case DUCKDB_TYPE_SMALLINT:
      return "SMALLINT";
    case DUCKDB_TYPE_INTEGER:
      return "INTEGER";
    case DUCKDB_TYPE_BIGINT:
      return "BIGINT";
    case DUCKDB_TYPE_UTINYINT:
      return "UTINYINT";
    case DUCKDB_TYPE_USMALLINT:
      return "USMALLINT";
    case DUCKDB_TYPE_UINTEGER:
      return "UINTEGER";
    case DUCKDB_TYPE_UBIGINT:
      return "UBIGINT";
    case DUCKDB_TYPE_HUGEINT:
      return "HUGEINT";
    case DUCKDB_TYPE_UHUGEINT:
      return "UHUGEINT";
    case DUCKDB_TYPE_FLOAT:
      return "FLOAT";
    case DUCKDB_TYPE_DOUBLE:
      return "DOUBLE";
    case DUCKDB_TYPE_DATE:
      return "DATE";
    case DUCKDB_TYPE_TIME:
      return "TIME";
    case DUCKDB_TYPE_TIMESTAMP:
      return "TIMESTAMP";
    case DUCKDB_TYPE_TIMESTAMP_S:
      return "TIMESTAMP_S";
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return "TIMESTAMP_MS";
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return "TIMESTAMP_NS";
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return "TIMESTAMP WITH TIME ZONE";
    case DUCKDB_TYPE_INTERVAL:
      return "INTERVAL";
    case DUCKDB_TYPE_UUID:
      return "UUID";
    case DUCKDB_TYPE_BLOB:
      return "BLOB";
    case DUCKDB_TYPE_SQLNULL:
      return "NULL";
    default:
      return "VARCHAR";
  }
}

}  // namespace

LogicalType logical_type(const Type& type) {
  switch (type.kind()) {
    case Kind::decimal:
      return LogicalType(duckdb_create_decimal_type(static_cast<std::uint8_t>(type.precision()),
                                                    static_cast<std::uint8_t>(type.scale())));
    case Kind::array:
      return LogicalType(duckdb_create_list_type(logical_type(type.element()).get()));
    case Kind::map:
      return LogicalType(
          duckdb_create_map_type(logical_type(type.key()).get(), logical_type(type.value()).get()));
    case Kind::struct_:
      return structure(type);
    default:
      return LogicalType(duckdb_create_logical_type(scalar(type.kind())));
  }
}

std::string type_name(duckdb_logical_type type) {
  const duckdb_type id = duckdb_get_type_id(type);
  switch (id) {
    case DUCKDB_TYPE_DECIMAL:
      return "DECIMAL(" + std::to_string(duckdb_decimal_width(type)) + "," +
             std::to_string(duckdb_decimal_scale(type)) + ")";
    case DUCKDB_TYPE_LIST:
      return type_name(LogicalType(duckdb_list_type_child_type(type)).get()) + "[]";
    case DUCKDB_TYPE_MAP:
      return "MAP(" + type_name(LogicalType(duckdb_map_type_key_type(type)).get()) + ", " +
             type_name(LogicalType(duckdb_map_type_value_type(type)).get()) + ")";
    case DUCKDB_TYPE_STRUCT:
      return structure_name(type);
    default:
      return scalar_name(id);
  }
}

}  // namespace weir::engine::duckdb
