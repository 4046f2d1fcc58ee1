#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "catalog/catalog.hpp"

/// The fifth stage: which batches are loaded, and into which feeds? A courier names a stream, a
/// choice of its batches, and the load operations for each feed.
namespace weir::courier {

/// Checks a courier before it is stored. A feed that does not exist is allowed (spec/couriers.md 3:
/// a placeholder may stand until the feed is made); what can never work is refused.
Result<void> check(catalog::Catalog& catalog, const catalog::Courier& courier);

/// Checks whether a run would find everything the courier names: its feeds, active, and its ingest
/// queries. The error lists all that is missing.
Result<void> validate(catalog::Catalog& catalog, const catalog::Courier& courier);

/// Which batches a run of this courier loads: those of the run's days and of the hour in the file
/// pattern prefix, where 24 means hour 00 of the next day (spec/couriers.md 4); or, for a live run,
/// those of its round.
catalog::BatchFilter filter_of(const catalog::Courier& courier, const catalog::Run& run);

/// The hours of which a run of the courier over this range would find records, and up to when the
/// stream's hours are sealed. With prefix 24 an hour counts as the day's that a run loads it for.
/// Not of a file courier: hours_of_folder() in landing.hpp.
Result<catalog::SourceHours> hours_with_files(catalog::Catalog& catalog, std::uint32_t tenant_no,
                                              const catalog::Courier& courier,
                                              const catalog::RunRange& range);

}  // namespace weir::courier
