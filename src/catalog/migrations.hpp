#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <soci/soci.h>

#include "base/result.hpp"

namespace weir::catalog {

/// One step of the schema. Its statements run in order, in one transaction with the new version. A
/// released step is never changed: a later change is a new step.
struct Migration {
  std::string_view name;
  std::span<const std::string_view> statements;
};

/// Step 1 is the first one; the schema's version is the number of steps taken.
std::span<const Migration> migrations();

/// From which version on there are sums of the content (content_sums.hpp).
inline constexpr std::size_t content_sums_version = 9;

/// Applies the steps that the database lacks, and sums up the content anew if there were any.
/// newer_version if it has more steps than these.
Result<void> migrate(soci::session& session, std::span<const Migration> steps);

}  // namespace weir::catalog
