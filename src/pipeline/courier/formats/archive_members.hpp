#pragma once

#include <functional>
#include <string>

#include "pipeline/courier/formats/byte_source.hpp"
#include "pipeline/courier/formats/unpack_budget.hpp"

namespace weir::courier {

/// Reads a member. What it does not read is passed over.
using TakeMember = std::function<Result<void>(const std::string& path, ByteSource& bytes)>;

/// Tells the regular files of a tar, tgz or zip archive, in its order; folders are passed over.
/// Nothing is written to disk. bad_request where a member is a link, a device or the like, or its
/// path is absolute or leads up; and where the archive is damaged, or encrypted. What was told
/// before belongs to a file that is refused.
Result<void> read_archive(ByteSource& bytes, UnpackBudget& budget, const TakeMember& take);

}  // namespace weir::courier
