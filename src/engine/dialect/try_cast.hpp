#pragma once

#include "base/result.hpp"
#include "engine/dialect/typed.hpp"

namespace weir::dialect {

/// Spark's TRY_CAST: cast() in ANSI mode, with NULL in the place of an error. It gives NULL where
/// cast() cuts the whole part off a text or wraps a number.
[[nodiscard]] Result<Typed> try_cast(Typed value, const Type& to);

}  // namespace weir::dialect
