#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/settings.hpp"
#include "base/result.hpp"
#include "engine/remote_files.hpp"
#include "env/clock.hpp"
#include "env/disk.hpp"
#include "env/random.hpp"
#include "pipeline/store/object_store.hpp"

/// Which object store the settings name.
namespace weir::app {

/// Whether batch files go elsewhere than into the data directory.
bool has_remote_store(const Config& config);

struct StoreServices {
  Disk& disk;
  const Clock& clock;
  Random& random;
  std::string spool_folder;  // where objects wait; empty: nothing will be put
  std::function<std::optional<std::string>(const std::string& name)> environment;
};

/// The remote store of the settings; asks nothing of it. bad_request: a setting is wrong, and the
/// message names it. The services outlive it.
Result<std::unique_ptr<store::ObjectStore>> open_remote_store(const Config& config,
                                                              StoreServices services);

/// The process's own.
std::optional<std::string> environment_variable(const std::string& name);

/// What an engine reads of a store. The store outlives it.
class FilesOfStore final : public engine::RemoteFiles {
 public:
  explicit FilesOfStore(store::ObjectStore& store);
  std::string root() const override { return root_; }
  Result<std::uint64_t> size(const std::string& uri) override;
  Result<std::string> read(const std::string& uri, std::uint64_t offset,
                           std::uint64_t bytes) override;

 private:
  Result<std::string> key_of(const std::string& uri) const;

  store::ObjectStore& store_;
  const std::string root_;
};

}  // namespace weir::app
