#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "engine/engine.hpp"

/// The sixth stage: which row does a record become? A feed defines it: incoming fields, their
/// output names and types, the primary key, and which of two rows is the newer one.
namespace weir::feed {

/// Checks a feed before it is stored; the error names the field and the rule. (spec/feeds.md 3:
/// names and required; spec/feeds.md 6: primary key; spec/feeds.md 7: updated.)
Result<void> check(const catalog::Feed& feed);

/// The typed part of a load into this feed's table. The caller adds what to load.
Result<engine::Load> plan(const catalog::Feed& feed, const std::string& tenant);

}  // namespace weir::feed
