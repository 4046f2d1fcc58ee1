#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/dialect/functions.hpp"

/// The families of aggregates and window functions that call_aggregate() chooses from. Private to
/// functions_aggregate.cpp, functions_statistic.cpp and functions_window.cpp.
namespace weir::dialect {

[[nodiscard]] Result<Aggregate> statistic(const Call& call);
[[nodiscard]] Result<Aggregate> spread(const Call& call);
[[nodiscard]] Result<Aggregate> percentile(const Call& call);
[[nodiscard]] Result<Aggregate> ranking(const Call& call);
[[nodiscard]] Result<Aggregate> neighbour(const Call& call);
[[nodiscard]] Result<Aggregate> nth(const Call& call);

[[nodiscard]] Result<void> one_argument(const Call& call);
/// The end of a CAST that begins before a call.
[[nodiscard]] std::string wrapped_cast(const Type& type);

}  // namespace weir::dialect
