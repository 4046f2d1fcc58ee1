#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/dialect/typed.hpp"

namespace weir::dialect {

/// Casts a value by the rules of Spark's CAST with ANSI mode off: a value that cannot be read
/// becomes NULL, integers wrap, fractions are cut. Keeps name and position. A cast for which DuckDB
/// cannot give Spark's result is an error.
[[nodiscard]] Result<Typed> cast(Typed value, const Type& to);

/// Spark's TRY_CAST: cast() in ANSI mode, with NULL in the place of an error. It gives NULL where
/// cast() cuts the whole part off a text or wraps a number.
[[nodiscard]] Result<Typed> try_cast(Typed value, const Type& to);

/// The same for text that is not yet a Typed; `at` is the position for errors.
[[nodiscard]] Result<std::string> cast_sql(const std::string& sql, const Type& from, const Type& to,
                                           Position at);

/// A decimal of the digits without their point, a HUGEINT that fits the type.
[[nodiscard]] std::string decimal_of_unscaled(const std::string& sql, const Type& type);

/// The moment of the query, a TIMESTAMP in UTC.
inline constexpr const char* current_moment = "make_timestamp(epoch_us(now()))";

/// How the native functions name an integral type: tinyint, smallint, int, bigint.
[[nodiscard]] std::string number_suffix(const Type& type);

}  // namespace weir::dialect
