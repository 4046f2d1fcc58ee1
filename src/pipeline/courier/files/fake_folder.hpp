#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "env/folder.hpp"

namespace weir::courier {

/// Files of memory. `on_read` runs before each read.
class MemoryFolder final : public Folder {
 public:
  std::map<std::string, std::string> files;
  Time modified;
  std::function<void()> on_read = [] {};
  mutable std::vector<std::string> listed;

  Result<std::vector<Entry>> list(const std::string& path, std::size_t) const override {
    listed.push_back(path);
    const std::string prefix = path.empty() ? "" : path + "/";
    std::map<std::string, Entry> entries;
    for (const auto& [name, text] : files) {
      if (!name.starts_with(prefix)) continue;
      const std::string rest = name.substr(prefix.size());
      const std::size_t slash = rest.find('/');
      const std::string first = rest.substr(0, slash);
      entries[first] = slash == std::string::npos ? Entry{first, false, {text.size(), modified}}
                                                  : Entry{first, true, {}};
    }
    if (entries.empty() && !path.empty()) return fail(Errc::not_found, "no folder " + path);
    std::vector<Entry> all;
    all.reserve(entries.size());
    for (const auto& [name, entry] : entries)
      all.push_back(entry);
    return all;
  }

  Result<std::unique_ptr<ForeignFile>> open(const std::string& path) const override {
    if (!files.contains(path)) return fail(Errc::not_found, "no file " + path);
    return std::make_unique<MemoryFile>(*this, path);
  }

 private:
  class MemoryFile final : public ForeignFile {
   public:
    MemoryFile(const MemoryFolder& folder, std::string path)
        : folder_(folder), path_(std::move(path)) {}
    Result<std::size_t> read_at(std::uint64_t offset, char* out, std::size_t size) override {
      folder_.on_read();
      const std::string& text = folder_.files.at(path_);
      return offset >= text.size() ? 0 : text.copy(out, size, offset);
    }
    Result<FileStatus> status() override {
      return FileStatus{folder_.files.at(path_).size(), folder_.modified};
    }

   private:
    const MemoryFolder& folder_;
    std::string path_;
  };
};

}  // namespace weir::courier
