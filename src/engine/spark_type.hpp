#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir::engine {

struct SparkField;

/// A Spark SQL type as a tree: what a load operation declares as `schema` and what inference finds.
/// A plain value; names keep the case they were written in.
struct SparkType {
  enum class Kind {
    string,
    long_,
    integer,
    short_,
    byte,
    double_,
    float_,
    boolean,
    decimal,
    date,
    timestamp,
    binary,
    null,
    array,
    structure,
    map
  };

  Kind kind = Kind::string;
  int precision = 0;               // of a decimal
  int scale = 0;                   // of a decimal
  std::vector<SparkField> fields;  // of a structure, at least one
  std::vector<SparkType> of;       // of an array: its element; of a map: key and value

  static SparkType scalar(Kind kind);
  static SparkType decimal(int precision, int scale);
  static SparkType array(SparkType element);
  static SparkType structure(std::vector<SparkField> fields);

  bool nested() const {
    return kind == Kind::array || kind == Kind::structure || kind == Kind::map;
  }
  bool operator==(const SparkType&) const noexcept;
};

struct SparkField {
  std::string name;
  SparkType type;
  bool nullable = true;
  bool operator==(const SparkField&) const noexcept;
};

/// Reads Spark's JSON form of a type: `"long"`, or an object of type struct, array or map. The top
/// must be a struct. bad_request names the place as a JSON path, and what belongs there.
Result<SparkType> parse_spark_schema(std::string_view json);

/// `STRUCT<`id`: BIGINT, `tags`: ARRAY<STRING>>`
std::string spark_ddl(const SparkType& type);
/// The columns of a struct, as Spark's `schema(...)` takes them: "`id` BIGINT, `tags`
/// ARRAY<STRING>"
std::string spark_ddl_columns(const SparkType& structure);
/// `STRUCT("id" BIGINT, "tags" VARCHAR[])`
std::string duckdb_ddl(const SparkType& type);

}  // namespace weir::engine
