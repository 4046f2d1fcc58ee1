#pragma once

#include "engine/dialect/ast.hpp"

namespace weir::dialect {

/// Whether each row of the result is made of one record alone, whatever other records there are:
/// projections, filters, generators and UNION ALL of such queries. False where that is not certain.
[[nodiscard]] bool is_by_record(const Query& query);

}  // namespace weir::dialect
