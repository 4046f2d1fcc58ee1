#pragma once

#include <string>

#include "base/result.hpp"
#include "catalog/records.hpp"

namespace weir::feed {

/// Checks that no field of the primary key is deleted while it is one (spec/feeds.md 6). Called
/// before `check(after)`.
Result<void> check_change(const catalog::Feed& before, const catalog::Feed& after);

/// Why a table with rows of the feed as it was cannot take those of the feed as it is: its key, or
/// a column's type, is another. Empty: it can. Fields that come and go are no reason, nor is a
/// table of another name, which is a new one.
std::string reason_to_purge(const catalog::Feed& before, const catalog::Feed& after);

}  // namespace weir::feed
