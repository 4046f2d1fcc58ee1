#include "pipeline/store/store_check.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/crc64.hpp"
#include "base/sha256.hpp"
#include "pipeline/store/hour_manifest.hpp"

namespace weir::store {
namespace {

constexpr std::uint64_t read_bytes = std::uint64_t{8} << 20;
constexpr std::string_view manifest_suffix = ".manifest.json";
constexpr std::string_view streams_folder = "ingest/stream";

struct Hashed {
  std::uint64_t bytes = 0;
  std::string sha256;
};

class StoreCheck {
 public:
  explicit StoreCheck(ObjectStore& store) : store_(store) {}

  Result<StoreReport> run(const std::vector<SealedManifest>& known,
                          const std::vector<BodiesFile>& bodies) {
    WEIR_CHECK(check_tenants());
    for (const SealedManifest& manifest : known)
      check_against(manifest, "the catalog");
    for (const BodiesFile& file : bodies)
      check_bodies(file);
    return std::move(report_);
  }

 private:
  Result<void> check_tenants() {
    WEIR_TRY(const auto tenants, folders(std::string(streams_folder)));
    for (const std::string& tenant : tenants) {
      WEIR_TRY(const auto streams, folders(tenant));
      for (const std::string& stream : streams)
        WEIR_CHECK(check_stream(stream));
    }
    return {};
  }

  Result<std::vector<std::string>> folders(const std::string& key) {
    WEIR_TRY(auto names, store_.list(key));
    for (std::string& name : names)
      name.insert(0, key + "/");
    return names;
  }

  void find(Finding::Kind kind, const std::string& path, std::string what) {
    paths_reported_.insert(path);
    report_.findings.push_back({kind, path, std::move(what)});
  }

  /// Days and hours sort as their names do, so a manifest comes after the one it names.
  Result<void> check_stream(const std::string& stream) {
    std::set<std::string> files;
    std::vector<std::string> manifests;
    WEIR_TRY(const auto days, folders(stream));
    for (const std::string& day : days) {
      WEIR_TRY(const auto objects, folders(day));
      for (const std::string& object : objects) {
        if (object.ends_with(manifest_suffix))
          manifests.push_back(object);
        else if (!object.ends_with(".index"))
          files.insert(object);
      }
    }
    for (const std::string& path : manifests)
      check_manifest(path, files);
    report_.unsealed += files.size();
    return {};
  }

  void check_manifest(const std::string& path, std::set<std::string>& unnamed) {
    const auto bytes = store_.read(path);
    seen_[path] = bytes ? sha256_hex(*bytes) : "";
    if (!bytes) return find(Finding::Kind::unreadable, path, bytes.error().message);
    const auto manifest = decode_hour_manifest(*bytes);
    if (!manifest) return find(Finding::Kind::altered, path, manifest.error().message);
    if (hour_manifest_key(*manifest) != path)
      return find(Finding::Kind::altered, path,
                  "it is the manifest of " + hour_manifest_key(*manifest));
    ++report_.hours;
    if (manifest->previous)
      check_against({manifest->previous->path, manifest->previous->sha256}, path);
    for (const HourManifest::File& file : manifest->files) {
      check_file(file);
      unnamed.erase(file.path);
    }
  }

  /// Compares a manifest with its hash recorded elsewhere. At most one finding per manifest.
  void check_against(const SealedManifest& sealed, const std::string& says) {
    if (paths_reported_.contains(sealed.path)) return;
    const auto found = seen_.find(sealed.path);
    if (found == seen_.end())
      find(Finding::Kind::missing, sealed.path,
           "the manifest is not there, " + says + " names it; its hour's files are not checked");
    else if (found->second != sealed.sha256)
      find(Finding::Kind::altered, sealed.path,
           "its SHA-256 is " + found->second + ", " + says + " says " + sealed.sha256);
  }

  void check_file(const HourManifest::File& file) {
    const auto hashed = hash(file.path);
    if (!hashed && hashed.error().code == Errc::not_found)
      return find(Finding::Kind::missing, file.path, "the file is not there");
    if (!hashed) return find(Finding::Kind::unreadable, file.path, hashed.error().message);
    if (hashed->bytes != file.bytes)
      return find(Finding::Kind::altered, file.path,
                  "it has " + std::to_string(hashed->bytes) + " bytes, the manifest says " +
                      std::to_string(file.bytes));
    if (hashed->sha256 != file.sha256)
      return find(Finding::Kind::altered, file.path,
                  "its SHA-256 is " + hashed->sha256 + ", the manifest says " + file.sha256);
    ++report_.files;
    report_.records += file.records;
    report_.bytes += file.bytes;
  }

  void check_bodies(const BodiesFile& file) {
    const auto bytes = store_.read(file.path);
    if (!bytes && bytes.error().code == Errc::not_found)
      return find(Finding::Kind::missing, file.path, "the file of quarantined payloads is gone");
    if (!bytes) return find(Finding::Kind::unreadable, file.path, bytes.error().message);
    std::uint64_t altered = 0;
    for (const BodiesFile::Body& body : file.bodies) {
      const std::string_view found = std::string_view(*bytes).substr(
          std::min(body.offset, std::uint64_t{bytes->size()}), body.bytes);
      const bool is_whole = found.size() == body.bytes && crc64(found) == body.crc64;
      ++(is_whole ? report_.bodies : altered);
    }
    if (altered > 0)
      find(Finding::Kind::altered, file.path,
           std::to_string(altered) + " of its " + std::to_string(file.bodies.size()) +
               " quarantined payloads are not what the catalog says");
  }

  Result<Hashed> hash(const std::string& key) {
    Sha256 sha256;
    Hashed out;
    while (true) {
      WEIR_TRY(const std::string piece, store_.read_range(key, out.bytes, read_bytes));
      sha256.update(piece);
      out.bytes += piece.size();
      if (piece.size() < read_bytes) break;
    }
    out.sha256 = sha256.hex();
    return out;
  }

  ObjectStore& store_;
  std::map<std::string, std::string> seen_;  // manifest -> its hash; empty: it cannot be read
  std::set<std::string> paths_reported_;     // paths there is a finding of
  StoreReport report_;
};

}  // namespace

std::string_view to_string(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::missing:
      return "missing";
    case Finding::Kind::altered:
      return "altered";
    case Finding::Kind::unreadable:
      return "unreadable";
  }
  return "unknown";
}

Result<StoreReport> check_store(ObjectStore& store, const std::vector<SealedManifest>& known,
                                const std::vector<BodiesFile>& bodies) {
  return StoreCheck(store).run(known, bodies);
}

}  // namespace weir::store
