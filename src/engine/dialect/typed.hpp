#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/dialect/token.hpp"
#include "engine/dialect/type.hpp"

namespace weir::dialect {

/// An expression with resolved names and a known type: DuckDB text that yields exactly Spark's
/// value in exactly the DuckDB type of `type`.
struct Typed {
  std::string sql;
  Type type;
  std::string name;  // Spark's name for the column if it has no alias
  Position at;
  std::optional<std::string> text;       // of a string literal
  std::optional<std::int64_t> number;    // of an integral literal
  std::optional<std::int64_t> interval;  // of an interval literal: months or microseconds
  bool foldable = false;                 // depends on no column
  bool literal = false;                  // is a literal of any type
  bool aggregate = false;                // contains an aggregate function
  bool windowed = false;                 // contains a window function
  bool bare = false;                     // names a column outside of an aggregate function
  bool random = false;                   // another value at each evaluation
  bool subquery = false;                 // contains a query
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

/// Longer texts are bound to a name where they are needed more than once: the SQL would grow with
/// each level otherwise, and so would the work. To what is short DuckDB's own optimizer sees.
inline constexpr std::size_t shared_bytes = 200;

/// `body`, in which `name` stands for the text. Neither may be used where the body has an aggregate
/// or window function or a query of its own, which DuckDB takes in no lambda function.
[[nodiscard]] std::string bound_to(const std::string& name, const std::string& text,
                                   const std::string& body);
/// A name for a text that is about to be bound; one inside another is longer, and so differs.
[[nodiscard]] std::string name_for(const std::string& text);

/// What `make` makes of a value that it uses several times.
template <class Make>
Result<Typed> made_once(const Typed& value, const Make& make) {
  if (value.sql.size() <= shared_bytes) return make(value);
  Typed stand_in = value;
  stand_in.sql = name_for(value.sql);
  stand_in.aggregate = stand_in.windowed = stand_in.subquery = false;
  Result<Typed> whole = make(stand_in);
  if (!whole) return whole;
  if (whole->aggregate || whole->windowed || whole->subquery) return make(value);
  whole->sql = bound_to(stand_in.sql, value.sql, whole->sql);
  whole->aggregate = value.aggregate;
  whole->windowed = value.windowed;
  whole->subquery = value.subquery;
  return whole;
}

/// The template with $1, $2, ... replaced by the arguments' SQL.
[[nodiscard]] std::string filled(std::string_view sql, const std::vector<Typed>& args);
[[nodiscard]] std::vector<const Typed*> pointers(const std::vector<Typed>& parts);

}  // namespace weir::dialect
