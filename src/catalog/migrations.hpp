#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <soci/soci.h>

#include "base/result.hpp"

namespace weir::catalog {

class Backend;

/// One step of the schema. Its statements run in order, in one transaction with the new version. A
/// released step is never changed: a later change is a new step. Both databases take the same
/// steps; where their words differ, a statement has one of ours (Dialect::schema): "{numbered}", a
/// row's number and primary key; "{bytes}", a column of bytes; "{by key}", rows stored in the order
/// of their key where the database can.
struct Migration {
  std::string_view name;
  std::span<const std::string_view> statements;
};

/// Step 1 is the first one; the schema's version is the number of steps taken.
std::span<const Migration> migrations();

/// From which version on there are sums of the content (content_sums.hpp).
inline constexpr std::size_t content_sums_version = 9;

/// Applies the steps that the database lacks. newer_version if it has more steps than these.
Result<void> migrate(soci::session& session, Backend& backend, std::span<const Migration> steps);

}  // namespace weir::catalog
