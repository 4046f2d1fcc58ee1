#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// The manifest of a sealed hour, as it stands beside the hour's files
/// (docs/formats/hour-manifest.md).
namespace weir::store {

struct HourManifest {
  struct File {
    std::string path;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::string sha256;  // hex
    Sequence first_sequence;
    Sequence last_sequence;
  };
  /// The same stream's previous manifest in this partition.
  struct Previous {
    std::string path;
    std::string sha256;  // hex, of that manifest's file
  };

  std::string tenant;
  std::string stream_id;
  StreamNo stream;
  PartitionNo partition;
  Day day;
  int hour = 0;
  Sequence first_sequence;
  Sequence last_sequence;
  Time first_received_at;
  Time last_received_at;
  std::uint64_t duplicates = 0;
  std::uint64_t quarantined = 0;
  std::optional<Previous> previous;
  std::vector<File> files;  // in the order of their records

  /// Where the partition is not gapless, what is accounted for: an hour is sealed once that is
  /// what was taken of the lanes.
  std::uint64_t accepted() const;
};

/// "ingest/stream/acme/is-.../2027-03-02/08-0000.manifest.json"
std::string hour_manifest_key(const HourManifest& manifest);

/// The file's content. The same hour always encodes to the same bytes, whoever seals it and when.
std::string encode(const HourManifest& manifest);

/// The hash of the whole hour: over its files' hashes and paths, in the format of `sha256sum`.
std::string sha256_of_hour(const HourManifest& manifest);

/// Errors: corrupt when the bytes differ, by even one bit, from what encode() wrote; newer_version.
Result<HourManifest> decode_hour_manifest(std::string_view bytes);

}  // namespace weir::store
