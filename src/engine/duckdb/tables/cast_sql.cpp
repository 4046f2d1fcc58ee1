// Decides in SQL text, once a load, how each field is cast, by the type that comes in. Values are
// then cast by DuckDB, a vector at a time.

#include "engine/duckdb/tables/cast_sql.hpp"

#include <charconv>

#include "engine/duckdb/tables/cast_functions.hpp"
#include "engine/spark/date_format.hpp"

namespace weir::engine::duckdb {

namespace {

/// What DuckDB's many types have in common for a cast.
enum class Incoming { text, boolean, whole, fraction, date, timestamp, nested };

Incoming incoming_of(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return Incoming::boolean;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_UHUGEINT:
      return Incoming::whole;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DECIMAL:
      return Incoming::fraction;
    case DUCKDB_TYPE_DATE:
      return Incoming::date;
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return Incoming::timestamp;
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_UNION:
      return Incoming::nested;
    default:
      return Incoming::text;
  }
}

std::string call(const std::string& function, const std::string& argument) {
  return function + "(" + argument + ")";
}

std::string as(const std::string& x, const std::string& type, const char* cast = "TRY_CAST") {
  return std::string(cast) + "(" + x + " AS " + type + ")";
}

std::string text_of(const std::string& x) {
  return as(x, "VARCHAR", "CAST");
}

std::string nothing(const Field& field) {
  return as("NULL", sql_type(field), "CAST");
}

std::string boolean_sql(const std::string& x, Incoming incoming) {
  if (incoming == Incoming::boolean) return x;
  if (incoming == Incoming::text) return call("weir_boolean", text_of(x));
  return "CASE WHEN " + x + " = 1 THEN true WHEN " + x + " = 0 THEN false END";
}

std::string integer_sql(const std::string& x, Incoming incoming) {
  if (incoming == Incoming::text) return call("weir_integer", text_of(x));
  if (incoming == Incoming::whole) return as(x, "BIGINT");
  return "CASE WHEN " + x + " = trunc(" + x + ") THEN " + as(x, "BIGINT") + " END";
}

/// A double's own digits are what was sent; its binary value would round 0.285 down.
std::string decimal_sql(const std::string& x, duckdb_logical_type type, const Field& field) {
  if (incoming_of(type) == Incoming::whole) return as(x, sql_type(field));
  if (duckdb_get_type_id(type) == DUCKDB_TYPE_DOUBLE)
    return call(double_to_decimal_function(field.scale), x);
  return call(decimal_function(field.scale), text_of(x));
}

std::string float_sql(const std::string& x, Incoming incoming) {
  if (incoming != Incoming::text) return as(x, "DOUBLE");
  return call("weir_float", text_of(x));
}

/// Moments that are such already, but for DuckDB's infinities, which are no dates to anyone else.
std::string moment_sql(const Field& field, const std::string& x, Incoming incoming) {
  const bool date = field.type == FieldType::date;
  if (incoming == Incoming::timestamp || incoming == Incoming::date) {
    const std::string moment = incoming == Incoming::date && date ? x : as(x, "TIMESTAMP");
    return "CASE WHEN isfinite(" + moment + ") THEN " + as(moment, sql_type(field)) + " END";
  }
  return std::string(date ? "weir_date(" : "weir_datetime(") + text_of(x) + ", " +
         quote_text(field.format) + ")";
}

bool is_moment(FieldType type) {
  return type == FieldType::date || type == FieldType::datetime;
}

/// Whether values of a type can be of the field's at all.
bool possible(FieldType type, Incoming incoming) {
  const bool time = incoming == Incoming::date || incoming == Incoming::timestamp;
  if (type == FieldType::string || incoming == Incoming::text) return true;
  if (is_moment(type)) return incoming != Incoming::boolean;
  if (incoming == Incoming::boolean) return type == FieldType::boolean;
  return !time;
}

}  // namespace

Field field_of_type(std::string_view sql_type) {
  constexpr std::string_view decimal = "DECIMAL(38,";
  Field field;
  if (sql_type.starts_with(decimal)) {
    field.type = FieldType::decimal;
    sql_type.remove_prefix(decimal.size());
    std::from_chars(sql_type.data(), sql_type.data() + sql_type.size(), field.scale);
    return field;
  }
  for (const FieldType type : {FieldType::boolean, FieldType::date, FieldType::datetime,
                               FieldType::float_, FieldType::integer}) {
    field.type = type;
    if (duckdb::sql_type(field) == sql_type) return field;
  }
  field.type = FieldType::string;
  return field;
}

std::string sql_type(const Field& field) {
  switch (field.type) {
    case FieldType::boolean:
      return "BOOLEAN";
    case FieldType::date:
      return "DATE";
    case FieldType::datetime:
      return "TIMESTAMP";
    case FieldType::decimal:
      return "DECIMAL(38," + std::to_string(field.scale) + ")";
    case FieldType::float_:
      return "DOUBLE";
    case FieldType::integer:
      return "BIGINT";
    case FieldType::string:
      return "VARCHAR";
  }
  return "VARCHAR";
}

Result<std::string> cast_sql(const Field& field, const std::string& x, duckdb_logical_type type) {
  const Incoming incoming = incoming_of(type);
  if (is_moment(field.type) && !field.format.empty())
    WEIR_CHECK(spark::DateFormat::parse(field.format));
  if (incoming == Incoming::nested && field.type != FieldType::string)
    return fail(Errc::bad_request,
                "the incoming field \"" + field.incoming +
                    "\" is nested, but the feed takes it as " + sql_type(field) +
                    "; make it flat with an ingest query, or take it as a string");
  if (!possible(field.type, incoming)) return nothing(field);
  switch (field.type) {
    case FieldType::boolean:
      return boolean_sql(x, incoming);
    case FieldType::integer:
      return integer_sql(x, incoming);
    case FieldType::decimal:
      return decimal_sql(x, type, field);
    case FieldType::float_:
      return float_sql(x, incoming);
    case FieldType::date:
    case FieldType::datetime:
      return moment_sql(field, x, incoming);
    case FieldType::string:
      break;
  }
  return incoming == Incoming::nested ? text_of(call("to_json", x)) : text_of(x);
}

std::string blank_sql(const Field& field, const std::string& x, duckdb_logical_type type) {
  std::string null = x + " IS NULL";
  if (field.type == FieldType::string || incoming_of(type) != Incoming::text) return null;
  const char* blank = field.type == FieldType::boolean ? "weir_blank_or_null" : "weir_blank";
  return "(" + null + " OR " + call(blank, text_of(x)) + ")";
}

std::string cast_reason(const Field& field) {
  switch (field.type) {
    case FieldType::boolean:
      return "is not one of true, false, yes, no, 0, 1";
    case FieldType::integer:
      return "is no whole number of 64 bits";
    case FieldType::decimal:
      return "is no number that fits " + sql_type(field);
    case FieldType::float_:
      return "is no number of 64 bits";
    case FieldType::date:
    case FieldType::datetime:
      if (!field.format.empty()) return "does not fit the format " + field.format;
      return std::string("is no ") + (field.type == FieldType::date ? "date" : "date and time") +
             " in a format that is recognised; give the field a format";
    case FieldType::string:
      break;
  }
  return "is no text";
}

}  // namespace weir::engine::duckdb
