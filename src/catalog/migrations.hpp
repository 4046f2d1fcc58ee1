#pragma once

#include <span>
#include <string_view>

#include <soci/soci.h>

#include "base/result.hpp"

namespace weir::catalog {

/// One step of the schema; statements are run in order, in one transaction with the new version.
/// A step that has been released is never changed: what comes later is a step of its own.
struct Migration {
  std::string_view name;
  std::span<const std::string_view> statements;
};

/// Step 1 is the first one; the schema's version is the number of steps taken.
std::span<const Migration> migrations();

/// Takes the steps the database has not seen. One of more steps than these is newer_version.
Result<void> migrate(soci::session& session, std::span<const Migration> steps);

}  // namespace weir::catalog
