#pragma once

#include <string>

#include "env/folder.hpp"

namespace weir {

/// A folder of this machine. The operator names it, so its own path may hold symbolic links.
class LocalFolder final : public Folder {
 public:
  /// not_found where there is no such directory. It is held open: the paths below it stay the same
  /// ones if it is renamed.
  static Result<LocalFolder> open_root(const std::string& path);
  ~LocalFolder() override;
  LocalFolder(LocalFolder&& other) noexcept;
  LocalFolder(const LocalFolder&) = delete;
  LocalFolder& operator=(const LocalFolder&) = delete;
  LocalFolder& operator=(LocalFolder&&) = delete;

  Result<std::vector<Entry>> list(const std::string& path, std::size_t entries_max) const override;
  Result<std::unique_ptr<ForeignFile>> open(const std::string& path) const override;

 private:
  explicit LocalFolder(int root) : root_(root) {}

  int root_;
};

}  // namespace weir
