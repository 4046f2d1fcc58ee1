#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "catalog/catalog.hpp"

/// The fifth stage: what is there to load, and where to? A courier names a stream, which of its
/// batches, and what is done with them for which feeds.
namespace weir::courier {

/// Whether this can be a courier, before it is stored. A feed that does not exist is allowed here
/// (spec/couriers.md 3: a placeholder may stand until it is made); what can never work is not.
Result<void> check(catalog::Catalog& catalog, const catalog::Courier& courier);

/// Whether a run would find all it names as things are now: its feeds, active, and its ingest
/// queries. The error says everything that stands in the way.
Result<void> validate(catalog::Catalog& catalog, const catalog::Courier& courier);

/// Which batches a run of this courier is about: the run's days, and the hour of the file pattern
/// prefix, where 24 is hour 00 of the day after (spec/couriers.md 4).
catalog::BatchFilter filter_of(const catalog::Courier& courier, const catalog::RunRange& range);

}  // namespace weir::courier
