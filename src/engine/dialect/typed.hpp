#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/token.hpp"
#include "engine/dialect/type.hpp"

namespace weir::dialect {

/// A length of time, as in INTERVAL literals; Spark 3.5 does not mix months with other units.
struct Interval {
  std::int64_t months = 0;
  std::int64_t days = 0;
  std::int64_t microseconds = 0;
  bool is_months = false;
  bool has_time = false;  // has hours or smaller units: date + it is a timestamp
};

/// An expression with resolved names and a known type: DuckDB text that yields exactly Spark's
/// value in exactly the DuckDB type of `type`.
struct Typed {
  std::string sql;
  Type type;
  std::string name;  // Spark's name for the column if it has no alias
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

/// An expression built from parts: it takes everything but text and type from them.
[[nodiscard]] Typed made_of(const std::vector<const Typed*>& parts, Type type, std::string sql,
                            std::string name);
/// The same, of one or two.
[[nodiscard]] Typed made_of(const Typed& part, Type type, std::string sql, std::string name);
[[nodiscard]] Typed made_of(const Typed& a, const Typed& b, Type type, std::string sql,
                            std::string name);

/// The template with $1, $2, ... replaced by the arguments' SQL.
[[nodiscard]] std::string filled(std::string_view sql, const std::vector<Typed>& args);
[[nodiscard]] std::vector<const Typed*> pointers(const std::vector<Typed>& parts);

}  // namespace weir::dialect
