#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::store {

/// What is wrong with one object of a store.
struct Finding {
  enum class Kind { missing, altered, unreadable } kind = Kind::missing;
  std::string path;  // relative to the store's root
  std::string what;  // a sentence
};

std::string_view to_string(Finding::Kind kind);

struct StoreReport {
  std::uint64_t hours = 0;    // sealed hours whose manifest could be read
  std::uint64_t files = 0;    // of sealed hours, whole and unchanged
  std::uint64_t records = 0;  // in them
  std::uint64_t bytes = 0;
  std::uint64_t bodies = 0;    // of quarantined payloads, whole and unchanged
  std::uint64_t unsealed = 0;  // files that no manifest names: of open hours, or left by a crash
  std::vector<Finding> findings;
};

/// A manifest as the catalog recorded it.
struct SealedManifest {
  std::string path;
  std::string sha256;  // hex, of its file
};

/// A file of quarantined payloads, and the bodies that it must hold by the catalog
/// (docs/formats/quarantine-file.md).
struct BodiesFile {
  struct Body {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::uint64_t crc64 = 0;
  };
  std::string path;
  std::vector<Body> bodies;
};

/// Checks every sealed hour of a store against its manifest: each file's size and
/// SHA-256. Also checks that every manifest exists which the next one names or which is in `known`.
/// Without a catalog, a missing newest manifest cannot be noticed, nor what is wrong with `bodies`.
/// Reads all files and changes nothing. Errors: what is in the store cannot be listed.
Result<StoreReport> check_store(ObjectStore& store, const std::vector<SealedManifest>& known = {},
                                const std::vector<BodiesFile>& bodies = {});

}  // namespace weir::store
