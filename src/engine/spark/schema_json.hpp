#pragma once

#include <string_view>

#include "base/result.hpp"
#include "engine/spark/type.hpp"

namespace weir::spark {

/// Types inside one another; more of them are refused.
inline constexpr int type_depth_max = 64;

/// Reads a data type as Spark's JSON writes it (DataType.json): `"long"`, or an object of type
/// struct, array or map. Names of SQL (`bigint`) are taken too. bad_request names the place as a
/// JSON path, and what belongs there. Types in DDL are read by dialect::parse_type_ddl().
[[nodiscard]] Result<Type> parse_schema_json(std::string_view json);

}  // namespace weir::spark
