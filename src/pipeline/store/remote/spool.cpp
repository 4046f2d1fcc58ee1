// A file is removed as soon as it is made, and lives as long as it is open: nothing is left behind
// by a kill but, between the two, an empty file that the next start removes. It is not synced: its
// records are in the log until the object is in the store.
#include "pipeline/store/remote/spool.hpp"

#include <algorithm>

namespace weir::store {

Result<std::unique_ptr<SpoolFolder>> SpoolFolder::open(Disk& disk, std::string path) {
  std::unique_ptr<SpoolFolder> folder(new SpoolFolder(disk, std::move(path)));
  WEIR_CHECK(disk.make_directories(folder->path_));
  WEIR_TRY(const auto left, disk.list(folder->path_));
  for (const std::string& name : left)
    WEIR_CHECK(disk.remove(folder->path_ + "/" + name));
  return folder;
}

Result<std::unique_ptr<File>> SpoolFolder::make_file() {
  const std::lock_guard lock(mutex_);
  const std::string path = path_ + "/" + std::to_string(++files_);
  WEIR_TRY(auto file, disk_.create(path, Durability::on_sync));
  WEIR_CHECK(disk_.remove(path));
  return file;
}

Result<void> Spool::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t taken = std::min(bytes.size(), memory_bytes - memory_.size());
    memory_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (memory_.size() == memory_bytes) WEIR_CHECK(spill());
  }
  return {};
}

Result<void> Spool::spill() {
  if (!file_) {
    WEIR_TRY(file_, folder_.make_file());
  }
  WEIR_CHECK(file_->write_at(in_file_, memory_));
  in_file_ += memory_.size();
  memory_.clear();
  return {};
}

Result<std::string> Spool::read(std::uint64_t offset, std::uint64_t count) {
  if (offset >= size()) return std::string();
  std::string out(std::min(count, size() - offset), '\0');
  std::size_t got = 0;
  if (offset < in_file_) {
    const std::size_t wanted = std::min<std::uint64_t>(out.size(), in_file_ - offset);
    WEIR_TRY(got, file_->read_at(offset, out.data(), wanted));
    if (got != wanted)
      return fail(Errc::io, "a spooled object is shorter than what was written to it");
  }
  if (got < out.size()) memory_.copy(out.data() + got, out.size() - got, offset + got - in_file_);
  return out;
}

}  // namespace weir::store
