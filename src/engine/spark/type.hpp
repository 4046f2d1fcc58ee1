#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir::spark {

/// The kinds of Spark's data types that the engine holds. `null_` is the type of a bare NULL.
enum class Kind : std::uint8_t {
  null_,
  boolean,
  byte,
  short_,
  int_,
  long_,
  float_,
  double_,
  decimal,
  string,
  binary,
  date,
  timestamp,
  timestamp_ntz,  // without a zone: what the clock shows
  year_month,     // an interval, kept as months
  day_time,       // an interval, kept as microseconds
  calendar,       // an interval of months, days and microseconds, as MAKE_INTERVAL makes it
  array,
  map,
  struct_,
};

/// The fields of intervals, from the largest on: the first two are of year_month.
enum class IntervalField : std::uint8_t { year, month, day, hour, minute, second };

struct Field;

/// A Spark SQL data type: what a schema declares, what inference finds and what an expression of a
/// query has. A value; its parts are shared and never change, so copies are cheap and any thread
/// may read them. An array has one part ("element"), a map two ("key", "value"), a struct its
/// fields.
class Type {
 public:
  Type() = default;
  Type(Kind kind) : kind_(kind) {}  // NOLINT: a kind without parts is a type
  static Type decimal(int precision, int scale);
  /// `interval day to second` and its like: of the kind that the fields have.
  static Type interval(IntervalField first, IntervalField last);
  static Type array(Type element);
  static Type map(Type key, Type value);
  static Type structure(std::vector<Field> fields);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
  [[nodiscard]] int precision() const { return precision_; }  // of a decimal
  [[nodiscard]] int scale() const { return scale_; }          // likewise
  [[nodiscard]] IntervalField first_field() const {           // of an interval
    return static_cast<IntervalField>(precision_);
  }
  [[nodiscard]] IntervalField last_field() const { return static_cast<IntervalField>(scale_); }
  /// The parts; none of a scalar.
  [[nodiscard]] const std::vector<Field>& fields() const;
  [[nodiscard]] const Type& element() const;  // of an array
  [[nodiscard]] const Type& key() const;      // of a map
  [[nodiscard]] const Type& value() const;    // of a map

  [[nodiscard]] bool is_integral() const { return kind_ >= Kind::byte && kind_ <= Kind::long_; }
  [[nodiscard]] bool is_fractional() const { return is(Kind::float_) || is(Kind::double_); }
  [[nodiscard]] bool is_numeric() const {
    return is_integral() || is_fractional() || is(Kind::decimal);
  }
  [[nodiscard]] bool is_datetime() const {
    return kind_ >= Kind::date && kind_ <= Kind::timestamp_ntz;
  }
  [[nodiscard]] bool is_interval() const { return is(Kind::year_month) || is(Kind::day_time); }
  [[nodiscard]] bool is_nested() const { return kind_ >= Kind::array; }

  /// Spark's simple string, as typeof() gives it: "bigint", "array<struct<a:int>>".
  [[nodiscard]] std::string spark_name() const;
  /// Spark's DDL: "BIGINT", "STRUCT<`id`: BIGINT, `tags`: ARRAY<STRING>>".
  [[nodiscard]] std::string spark_ddl() const;
  /// The DuckDB type that holds it: `STRUCT("id" BIGINT, "tags" VARCHAR[])`. A timestamp is a
  /// TIMESTAMP in UTC, one without a zone as it stands, an interval an INTEGER of months or a
  /// BIGINT of microseconds; void, of which DuckDB has no columns, is VARCHAR.
  [[nodiscard]] std::string duckdb_name() const;

  friend bool operator==(const Type& a, const Type& b);

 private:
  Kind kind_ = Kind::null_;
  int precision_ = 0;
  int scale_ = 0;
  std::shared_ptr<const std::vector<Field>> parts_;
};

/// A field of a struct. Whether it may be NULL is read from schemas and no part of its type: what
/// comes in may lack any field.
struct Field {
  std::string name;
  Type type;
  friend bool operator==(const Field&, const Field&) = default;
};

}  // namespace weir::spark
