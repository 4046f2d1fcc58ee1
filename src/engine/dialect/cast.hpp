#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/dialect/typed.hpp"

namespace weir::dialect {

/// The value in another type, by the rules of Spark's CAST with ANSI mode off: what cannot be read
/// is NULL, integers wrap, fractions are cut. Keeps name and position. A cast whose result DuckDB
/// cannot give as Spark does is an error.
[[nodiscard]] Result<Typed> cast(Typed value, const Type& to);

/// The same for text that is not yet a Typed; `at` is for the error.
[[nodiscard]] Result<std::string> cast_sql(const std::string& sql, const Type& from, const Type& to,
                                           Position at);

/// A decimal of the digits without their point, a HUGEINT that fits the type.
[[nodiscard]] std::string decimal_of_unscaled(const std::string& sql, const Type& type);

/// How the native functions name an integral type: tinyint, smallint, int, bigint.
[[nodiscard]] std::string number_suffix(const Type& type);

}  // namespace weir::dialect
