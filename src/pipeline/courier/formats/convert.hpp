#pragma once

#include "pipeline/courier/files/load_settings.hpp"
#include "pipeline/courier/formats/byte_source.hpp"
#include "pipeline/courier/formats/unpack_budget.hpp"

namespace weir::courier {

/// Reads a file, or a member of an archive, as its content type says: unpacks gzip, decodes text
/// and tells the sink its records (spec/couriers.md 7). What is wrong with one record is told as
/// unreadable; an error is the file's.
Result<void> convert(const LandAs& land_as, ByteSource& bytes, UnpackBudget& budget,
                     RecordSink& sink);

}  // namespace weir::courier
