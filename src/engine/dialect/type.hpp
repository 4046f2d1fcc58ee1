#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/case_fold.hpp"
#include "base/result.hpp"

namespace weir::dialect {

/// The kinds of Spark's data types that this layer supports on DuckDB. `null_` is the type of a
/// bare NULL; `interval` exists in expressions only, never in a result.
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
  interval,
  array,
  map,
  struct_,
};

struct Field;

/// A Spark SQL data type, as a value; children are shared and never change. An array has one child
/// ("element"), a map two ("key", "value"), a struct its fields.
class Type {
 public:
  Type() = default;
  Type(Kind kind) : kind_(kind) {}  // NOLINT: a kind without parts is a type
  static Type decimal(int precision, int scale);
  static Type array(Type element);
  static Type map(Type key, Type value);
  static Type structure(std::vector<Field> fields);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
  [[nodiscard]] int precision() const { return precision_; }
  [[nodiscard]] int scale() const { return scale_; }
  [[nodiscard]] const std::vector<Field>& fields() const;
  [[nodiscard]] const Type& element() const;  // of an array
  [[nodiscard]] const Type& key() const;      // of a map
  [[nodiscard]] const Type& value() const;    // of a map

  [[nodiscard]] bool is_integral() const { return kind_ >= Kind::byte && kind_ <= Kind::long_; }
  [[nodiscard]] bool is_fractional() const { return is(Kind::float_) || is(Kind::double_); }
  [[nodiscard]] bool is_numeric() const {
    return is_integral() || is_fractional() || is(Kind::decimal);
  }
  [[nodiscard]] bool is_datetime() const { return is(Kind::date) || is(Kind::timestamp); }
  [[nodiscard]] bool is_nested() const { return kind_ >= Kind::array; }

  /// Spark's simple string: "bigint", "array<struct<a:int>>".
  [[nodiscard]] std::string spark_name() const;
  /// The DuckDB type that holds it. A timestamp is a TIMESTAMP in UTC.
  [[nodiscard]] std::string duckdb_name() const;

  friend bool operator==(const Type& a, const Type& b);

 private:
  Kind kind_ = Kind::null_;
  int precision_ = 0;
  int scale_ = 0;
  std::shared_ptr<const std::vector<Field>> children_;
};

struct Field {
  std::string name;
  Type type;
  friend bool operator==(const Field&, const Field&) = default;
};

/// A DataType as Spark's JSON writes it: `"long"`, `{"type":"struct","fields":[...]}`.
[[nodiscard]] Result<Type> parse_type_json(std::string_view json);

/// "Name" with its quotes doubled, for DuckDB.
[[nodiscard]] std::string quoted_identifier(std::string_view name);
/// 'text' for DuckDB; a NUL byte, which SQL text cannot hold, is spliced in as chr(0).
[[nodiscard]] std::string quoted_string(std::string_view text);
/// ASCII letters in lower case, for words of the language. Names are compared with same_name().
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace weir::dialect
