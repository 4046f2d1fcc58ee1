// One type, three ways of writing it: Spark's DDL, Spark's simple string and DuckDB's.

#include "engine/spark_type.hpp"

#include <utility>

namespace weir::engine {

namespace {

std::string quoted(std::string_view name, char quote) {
  std::string out(1, quote);
  for (const char c : name) {
    if (c == quote) out += quote;
    out += c;
  }
  return out += quote;
}

std::string digits_of_decimal(const SparkType& type) {
  return "DECIMAL(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")";
}

/// How one SQL dialect writes types.
struct Notation {
  char quote;
  std::string_view between_name_and_type;
  std::string_view (*scalar)(SparkType::Kind);
  std::string (*array)(const std::string& element);
  std::string_view open;
  std::string_view close;
};

std::string fields_in(const SparkType& type, const Notation& notation);

std::string written(const SparkType& type, const Notation& notation) {
  using Kind = SparkType::Kind;
  switch (type.kind) {
    case Kind::decimal:
      return digits_of_decimal(type);
    case Kind::array:
      return notation.array(written(type.of[0], notation));
    case Kind::map:
      return "MAP" + std::string(notation.open) + written(type.of[0], notation) + ", " +
             written(type.of[1], notation) + std::string(notation.close);
    case Kind::structure:
      return "STRUCT" + std::string(notation.open) + fields_in(type, notation) +
             std::string(notation.close);
    default:
      return std::string(notation.scalar(type.kind));
  }
}

std::string fields_in(const SparkType& type, const Notation& notation) {
  std::string out;
  for (const SparkField& field : type.fields) {
    if (!out.empty()) out += ", ";
    out += quoted(field.name, notation.quote);
    out += notation.between_name_and_type;
    out += written(field.type, notation);
  }
  return out;
}

std::string_view spark_scalar(SparkType::Kind kind) {
  using Kind = SparkType::Kind;
  switch (kind) {
    case Kind::long_:
      return "BIGINT";
    case Kind::integer:
      return "INT";
    case Kind::short_:
      return "SMALLINT";
    case Kind::byte:
      return "TINYINT";
    case Kind::double_:
      return "DOUBLE";
    case Kind::float_:
      return "FLOAT";
    case Kind::boolean:
      return "BOOLEAN";
    case Kind::date:
      return "DATE";
    case Kind::timestamp:
      return "TIMESTAMP";
    case Kind::binary:
      return "BINARY";
    case Kind::null:
      return "VOID";
    default:
      return "STRING";
  }
}

// DuckDB has no column of nothing; a void column reads as text that is always NULL.
std::string_view duckdb_scalar(SparkType::Kind kind) {
  using Kind = SparkType::Kind;
  switch (kind) {
    case Kind::integer:
      return "INTEGER";
    case Kind::binary:
      return "BLOB";
    case Kind::null:
    case Kind::string:
      return "VARCHAR";
    default:
      return spark_scalar(kind);
  }
}

constexpr Notation spark_notation{
    '`', ": ", spark_scalar, [](const std::string& element) { return "ARRAY<" + element + ">"; },
    "<", ">"};
constexpr Notation duckdb_notation{
    '"', " ", duckdb_scalar, [](const std::string& element) { return element + "[]"; }, "(", ")"};

}  // namespace

SparkType SparkType::scalar(Kind kind) {
  SparkType type;
  type.kind = kind;
  return type;
}

SparkType SparkType::decimal(int precision, int scale) {
  SparkType type = scalar(Kind::decimal);
  type.precision = precision;
  type.scale = scale;
  return type;
}

SparkType SparkType::array(SparkType element) {
  SparkType type = scalar(Kind::array);
  type.of.push_back(std::move(element));
  return type;
}

SparkType SparkType::structure(std::vector<SparkField> fields) {
  SparkType type = scalar(Kind::structure);
  type.fields = std::move(fields);
  return type;
}

bool SparkType::operator==(const SparkType&) const noexcept = default;
bool SparkField::operator==(const SparkField&) const noexcept = default;

std::string spark_ddl(const SparkType& type) {
  return written(type, spark_notation);
}

std::string spark_ddl_columns(const SparkType& structure) {
  std::string out;
  for (const SparkField& field : structure.fields) {
    if (!out.empty()) out += ", ";
    out += quoted(field.name, '`') + " " + spark_ddl(field.type);
  }
  return out;
}

std::string duckdb_ddl(const SparkType& type) {
  return written(type, duckdb_notation);
}

}  // namespace weir::engine
