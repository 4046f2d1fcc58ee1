#pragma once

#include <string_view>

#include "base/result.hpp"
#include "engine/spark/type.hpp"

namespace weir::engine {

/// Reads what a load operation declares as `schema`: Spark's JSON of a struct (schema_json.hpp)
/// whose fields can be told apart by their names and whose maps have texts as keys, as those of
/// JSON and XML are. bad_request names the place as a JSON path, and what belongs there.
[[nodiscard]] Result<spark::Type> declared_schema(std::string_view json);

}  // namespace weir::engine
