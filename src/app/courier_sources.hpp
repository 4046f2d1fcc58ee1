#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "env/clock.hpp"
#include "pipeline/courier/landing.hpp"

namespace weir::app {

/// Where file couriers find their files.
struct CourierFolders {
  std::string root;   // the setting couriers.folder; empty: no folder of the machine is read
  std::string store;  // the store's directory; empty: it is none
};

/// Opens a courier's folder: `{root}/{tenant}/{folder}`, or `files/{tenant}/{folder}` of the store.
/// A tenant sees no other one's files, and nothing outside is reached. conflict where folders are
/// not to be read, not_found where there is none.
courier::OpenFolder open_folder_in(CourierFolders folders);

/// What couriers of both kinds read, for those who ask: runs, the scheduler, and the control API.
/// Thread-safe. The references outlive it.
class CourierSources {
 public:
  CourierSources(catalog::Catalog& catalog, const Clock& clock, CourierFolders folders);

  courier::OpenFolder folders() const { return open_; }
  /// The hours of the range that have files.
  Result<catalog::SourceHours> hours(std::uint32_t tenant_no, const catalog::Courier& courier,
                                     const catalog::RunRange& range) const;
  /// What can never work is a bad_request.
  Result<void> check(std::uint32_t tenant_no, catalog::Courier courier) const;
  /// All that stands in the way of a run now.
  Result<void> validate(std::uint32_t tenant_no, catalog::Courier courier) const;

 private:
  Result<std::unique_ptr<Folder>> folder_of(std::uint32_t tenant_no,
                                            const catalog::Courier& courier) const;

  catalog::Catalog& catalog_;
  const Clock& clock_;
  courier::OpenFolder open_;
};

}  // namespace weir::app
