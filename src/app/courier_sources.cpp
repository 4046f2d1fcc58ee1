// The tenant's name is put below the root here and not by who asks, since it is what keeps tenants
// apart: a courier's own path is checked for parts that lead up, and no symbolic link is followed
// below the root.
#include "app/courier_sources.hpp"

#include <memory>
#include <utility>

#include "env/real/local_folder.hpp"
#include "pipeline/courier/courier.hpp"

namespace weir::app {
namespace {

/// A folder below another one.
class SubFolder final : public Folder {
 public:
  SubFolder(LocalFolder root, std::string path) : root_(std::move(root)), path_(std::move(path)) {}

  Result<std::vector<Entry>> list(const std::string& path, std::size_t max) const override {
    return root_.list(path.empty() ? path_ : path_ + "/" + path, max);
  }
  Result<std::unique_ptr<ForeignFile>> open(const std::string& path) const override {
    return root_.open(path_ + "/" + path);
  }

 private:
  LocalFolder root_;
  std::string path_;
};

Result<LocalFolder> root_of(const CourierFolders& folders, const catalog::Courier& courier) {
  if (courier.location == catalog::Location::store && folders.store.empty())
    return fail(Errc::conflict,
                "The store is no directory of this machine, and file couriers read no other one. "
                "Read the files from a folder (couriers.folder).");
  if (courier.location == catalog::Location::store) return LocalFolder::open_root(folders.store);
  if (!folders.root.empty()) return LocalFolder::open_root(folders.root);
  return fail(Errc::conflict,
              "This server reads no folders. Set couriers.folder to the directory that holds a "
              "folder for each tenant, and restart it, or put the files into the store.");
}

}  // namespace

courier::OpenFolder open_folder_in(CourierFolders folders) {
  return [folders = std::move(folders)](
             const std::string& tenant,
             const catalog::Courier& courier) -> Result<std::unique_ptr<Folder>> {
    WEIR_TRY(LocalFolder root, root_of(folders, courier));
    std::string path = courier.location == catalog::Location::store ? "files/" + tenant : tenant;
    if (!courier.folder.empty()) path += "/" + courier.folder;
    auto folder = std::make_unique<SubFolder>(std::move(root), path);
    // Named here, since it is not the pattern that is wrong then. A full listing is not needed.
    const auto listed = folder->list("", 0);
    if (!listed && listed.error().code != Errc::too_large) return fail(listed.error());
    return std::unique_ptr<Folder>(std::move(folder));
  };
}

CourierSources::CourierSources(catalog::Catalog& catalog, const Clock& clock,
                               CourierFolders folders)
    : catalog_(catalog), clock_(clock), open_(open_folder_in(std::move(folders))) {}

Result<std::unique_ptr<Folder>> CourierSources::folder_of(std::uint32_t tenant_no,
                                                          const catalog::Courier& courier) const {
  WEIR_TRY(const auto tenant, catalog_.tenants().find(tenant_no));
  return open_(tenant.name, courier);
}

Result<catalog::SourceHours> CourierSources::hours(std::uint32_t tenant_no,
                                                   const catalog::Courier& courier,
                                                   const catalog::RunRange& range) const {
  if (!courier.reads_files()) return courier::hours_with_files(catalog_, tenant_no, courier, range);
  WEIR_TRY(const auto folder, folder_of(tenant_no, courier));
  return courier::hours_of_folder(*folder, courier, range, clock_.now());
}

Result<void> CourierSources::check(std::uint32_t tenant_no, catalog::Courier courier) const {
  courier.tenant_no = tenant_no;
  return courier::check(catalog_, courier);
}

Result<void> CourierSources::validate(std::uint32_t tenant_no, catalog::Courier courier) const {
  courier.tenant_no = tenant_no;
  WEIR_CHECK(courier::validate(catalog_, courier));
  if (courier.reads_files()) WEIR_CHECK(folder_of(tenant_no, courier));
  return {};
}

}  // namespace weir::app
