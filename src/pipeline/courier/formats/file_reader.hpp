#pragma once

#include <stop_token>
#include <string>

#include "env/folder.hpp"
#include "pipeline/courier/files/fileset.hpp"
#include "pipeline/courier/formats/byte_source.hpp"

namespace weir::courier {

/// Takes what a file becomes: itself, or the members of an archive that the load settings name.
class FileSink {
 public:
  virtual ~FileSink() = default;
  /// Where the records go. `member`: its path in the archive; empty: the file itself.
  virtual Result<RecordSink*> begin(const std::string& member, const LandAs& land_as) = 0;
  /// All records were told.
  virtual Result<void> end() = 0;
};

/// Reads the file to its end and returns its SHA-256 as 64 hex digits; what was told before counts
/// only then. conflict where it is not, or no longer at the end, as it was found: someone is still
/// writing it. not_found where an archive lacks a member that the settings name, unless they may be
/// missing; unavailable, within a piece of the file, once `stop` is requested. Errors name the
/// file.
Result<std::string> read_file(const Folder& folder, const FoundFile& file, const FileEntry& entry,
                              FileSink& sink, const std::stop_token& stop = {});

/// Only its SHA-256.
Result<std::string> sha256_of(const Folder& folder, const FoundFile& file,
                              const std::stop_token& stop = {});

}  // namespace weir::courier
