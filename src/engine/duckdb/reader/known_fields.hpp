#pragma once

#include "engine/spark/type.hpp"

namespace weir::engine::duckdb {

/// An inferred struct with the fields that only `known` has, below structs and arrays of structs
/// too: what earlier records of the stream had. No type of a field that is there changes, so that
/// inference stays Spark's; see docs/decisions/0019-known-fields.md. Fields are sorted by name. It
/// never has more names than limits::inferred_fields_max.
spark::Type with_known_fields(const spark::Type& inferred, const spark::Type& known);

}  // namespace weir::engine::duckdb
