#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "env/folder.hpp"
#include "pipeline/courier/files/fileset.hpp"
#include "pipeline/feed/plan_operations.hpp"
#include "pipeline/store/object_store.hpp"

/// Files that others wrote become batches (spec/couriers.md 12).
namespace weir::courier {

/// The folder of a courier's files. not_found where there is none. Thread-safe.
using OpenFolder = std::function<Result<std::unique_ptr<Folder>>(const std::string& tenant,
                                                                 const catalog::Courier& courier)>;

struct LandRequest {
  const catalog::Courier& courier;
  const std::string& tenant;
  const catalog::Run& run;
  const catalog::RunLease& lease;
  bool skip_missing = false;
  std::stop_token stop;
};

struct LandCounts {
  std::uint64_t files = 0;
  std::uint64_t known = 0;       // of them, which had landed before and have not changed
  std::uint64_t unreadable = 0;  // records of the others
};

/// The days of the run for which the folder has files, with these. not_found where one lacks a file
/// that is required, unless the run may skip it. Reads no file.
Result<std::vector<DayFiles>> files_of_run(const Folder& folder, const LoadSettings& settings,
                                           const catalog::RunRange& range, bool skip_missing);

/// Lands the files of the run's days, one after the other: each becomes batches that appear whole
/// or not at all, and the run takes them. A file that landed before and has not changed is taken as
/// it is. So a run that is executed again goes on where it was. Errors: of files_of_run(); conflict
/// where a file is still being written, or the lease is void; unavailable when a stop is requested.
Result<LandCounts> land(catalog::Catalog& catalog, store::ObjectStore& store,
                        const OpenFolder& open_folder, const LandRequest& request);

/// Batches that a run of the courier took, by the tag that load operations call them; each tag of
/// the load settings is there, with or without files.
Result<feed::FilesByTag> landed_files(catalog::Catalog& catalog, const store::ObjectStore& store,
                                      const catalog::Courier& courier,
                                      const std::vector<catalog::Batch>& batches);

/// How the run chose them: a filter for each stream that the courier landed files in.
Result<std::vector<catalog::BatchFilter>> landed_filters(catalog::Catalog& catalog,
                                                         const catalog::Courier& courier,
                                                         const catalog::RunRange& range);

/// The UTC days of which the courier's folder has what a run needs, as hours with files: a day that
/// has it counts with all its hours.
Result<catalog::SourceHours> hours_of_folder(const Folder& folder, const catalog::Courier& courier,
                                             const catalog::RunRange& range, Time now);

}  // namespace weir::courier
