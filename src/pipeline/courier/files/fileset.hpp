#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "env/folder.hpp"
#include "pipeline/courier/files/load_settings.hpp"

/// The files of a run: those of a folder that the load settings name for its days
/// (spec/couriers.md 6, 8). The folder is asked; nothing is remembered. Any thread.
namespace weir::courier {

struct FoundFile {
  std::string path;  // below the folder
  FileStatus status;
  std::size_t entry = 0;  // of LoadSettings::entries
};

struct DayFiles {
  Day day;
  /// By entry, then by path. A file that two entries name is there for both.
  std::vector<FoundFile> files;
};

/// What the folder has for one day. too_large over the bounds of file_limits.hpp.
Result<DayFiles> files_of_day(const Folder& folder, const LoadSettings& settings, Day day);

/// The days of which the folder has files, in order. bad_request where a pattern does not name
/// year, month and day: its files belong to no day.
Result<std::vector<DayFiles>> files_of_all_days(const Folder& folder, const LoadSettings& settings);

/// Whether a run of the day has what it needs: each entry that is not optional, or one of them
/// where all are. not_found names the patterns that match nothing.
Result<void> check_complete(const LoadSettings& settings, const DayFiles& day);

}  // namespace weir::courier
