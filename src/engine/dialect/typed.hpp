#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/token.hpp"
#include "engine/dialect/type.hpp"

namespace weir::dialect {

/// A length of time, as INTERVAL literals are; Spark 3.5 does not mix months with the rest.
struct Interval {
  std::int64_t months = 0;
  std::int64_t days = 0;
  std::int64_t microseconds = 0;
  bool is_months = false;
  bool has_time = false;  // hours or less were named, so that a date becomes a timestamp
};

/// An expression whose names and type are known: DuckDB text that gives exactly Spark's value in
/// exactly the DuckDB type of `type`.
struct Typed {
  std::string sql;
  Type type;
  std::string name;  // what Spark calls a column of it that has no alias
  Position at;
  std::optional<std::string> text;     // of a string literal
  std::optional<std::int64_t> number;  // of an integral literal
  std::optional<Interval> interval;
  bool foldable = false;   // depends on no column
  bool literal = false;    // is a literal of any type
  bool aggregate = false;  // contains an aggregate function
  bool windowed = false;   // contains a window function
  bool random = false;     // another value at each evaluation
};

/// A literal.
[[nodiscard]] Typed constant(Position at, Type type, std::string sql, std::string name);

/// An expression made of parts: position and everything but text and type come from them.
[[nodiscard]] Typed made_of(const std::vector<const Typed*>& parts, Type type, std::string sql,
                            std::string name);
/// The same, of one or two.
[[nodiscard]] Typed made_of(const Typed& part, Type type, std::string sql, std::string name);
[[nodiscard]] Typed made_of(const Typed& a, const Typed& b, Type type, std::string sql,
                            std::string name);

/// The template with each argument's SQL in the place of its $1, $2, ...
[[nodiscard]] std::string filled(std::string_view sql, const std::vector<Typed>& args);
[[nodiscard]] std::vector<const Typed*> pointers(const std::vector<Typed>& parts);

}  // namespace weir::dialect
