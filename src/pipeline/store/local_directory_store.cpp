#include "pipeline/store/local_directory_store.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "env/aligned_buffer.hpp"

namespace weir::store {
namespace {

/// Remembering more directories saves nothing: each day has new ones.
constexpr std::size_t directories_remembered_max = std::size_t{16} << 10;

/// "a/b" of "a/b/c"; "/" of "/a"; "." of "a".
std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

class LocalDirectoryStore::Writer final : public ObjectWriter {
 public:
  Writer(LocalDirectoryStore& store, std::string key) : store_(store), key_(std::move(key)) {}

  ~Writer() override {
    file_.reset();
    // If the file cannot be removed now, sweep() removes it at the next start.
    if (!published_ && !partial_.empty()) (void)store_.disk_.remove(partial_);
  }

  Result<void> write(std::string_view bytes) override {
    WEIR_CHECK(check_usable());
    while (!bytes.empty()) {
      if (gathered_bytes_ == gathered_.size()) grow_gathered();
      const std::size_t taken = std::min(bytes.size(), gathered_.size() - gathered_bytes_);
      std::memcpy(gathered_.data() + gathered_bytes_, bytes.data(), taken);
      gathered_bytes_ += taken;
      bytes.remove_prefix(taken);
      if (gathered_bytes_ == write_bytes) WEIR_CHECK(guarded(spill()));
    }
    return {};
  }

  Result<void> publish(IfThere if_there) override {
    WEIR_CHECK(check_usable());
    return guarded(publish_whole(if_there));
  }

 private:
  Result<void> check_usable() const {
    if (!failed_ && !published_) return {};
    return fail(Errc::internal, "the writer of " + key_ + " is spent: create the object again");
  }

  /// After an error the contents on disk are unknown: only a new writer may continue.
  Result<void> guarded(Result<void> done) {
    if (!done) {
      failed_ = true;
      return fail_while("writing " + key_, std::move(done).error());
    }
    return done;
  }

  /// There are many small objects; each holds only the memory that it needs.
  void grow_gathered() {
    AlignedBuffer larger(std::max<std::size_t>(gathered_.size() * 2, AlignedBuffer::alignment));
    if (gathered_bytes_ > 0) std::memcpy(larger.data(), gathered_.data(), gathered_bytes_);
    gathered_ = std::move(larger);
  }

  Result<void> spill() {
    if (!file_) {
      const bool is_large = gathered_bytes_ == write_bytes;
      WEIR_TRY(partial_,
               store_.create_partial(file_, is_large ? Durability::streamed : Durability::on_sync));
    }
    WEIR_CHECK(file_->write_at(size_, {gathered_.data(), gathered_bytes_}));
    size_ += gathered_bytes_;
    gathered_bytes_ = 0;
    return {};
  }

  Result<void> publish_whole(IfThere if_there) {
    if (gathered_bytes_ > 0 || !file_) WEIR_CHECK(spill());
    WEIR_CHECK(file_->sync());
    file_.reset();
    WEIR_CHECK(store_.publish(partial_, key_, if_there));
    published_ = true;
    return {};
  }

  LocalDirectoryStore& store_;
  const std::string key_;
  AlignedBuffer gathered_;
  std::size_t gathered_bytes_ = 0;
  std::unique_ptr<File> file_;
  std::string partial_;  // the file's path, once there is one
  std::uint64_t size_ = 0;
  bool failed_ = false;
  bool published_ = false;
};

Result<std::unique_ptr<LocalDirectoryStore>> LocalDirectoryStore::open(Disk& disk, std::string root,
                                                                       const std::string& owner) {
  std::unique_ptr<LocalDirectoryStore> store(new LocalDirectoryStore(disk, std::move(root), owner));
  const std::string partials = store->partial_directory();
  std::set<std::string> there_before;
  std::vector<std::string> chain;
  for (std::string path = partials; path != "/" && path != "."; path = parent_of(path)) {
    WEIR_TRY(const bool there, disk.exists(path));
    if (there) there_before.insert(path);
    chain.push_back(path);
  }
  WEIR_CHECK(disk.make_directories(partials));
  // A name is durable once its parent is synced. Existing directories are synced too: a process may
  // have died between making and syncing them. We may lack permission to open those far above.
  for (auto path = chain.rbegin(); path != chain.rend(); ++path) {
    const auto synced = disk.sync_directory(parent_of(*path));
    const bool is_ours = path->size() >= store->root_.size();
    if (!synced && (is_ours || !there_before.contains(*path))) return fail(synced.error());
  }
  return store;
}

Result<std::unique_ptr<LocalDirectoryStore>> LocalDirectoryStore::open_existing(Disk& disk,
                                                                                std::string root) {
  WEIR_TRY(const bool there, disk.exists(root));
  if (!there) return fail(Errc::not_found, "There is no store at " + root + ".");
  return std::unique_ptr<LocalDirectoryStore>(new LocalDirectoryStore(disk, std::move(root), ""));
}

Result<std::unique_ptr<ObjectWriter>> LocalDirectoryStore::create(const std::string& key) {
  WEIR_CHECK(check_key(key));
  return std::unique_ptr<ObjectWriter>(std::make_unique<Writer>(*this, key));
}

Result<std::string> LocalDirectoryStore::create_partial(std::unique_ptr<File>& file,
                                                        Durability durability) {
  while (true) {
    const std::string path =
        partial_directory() + "/" + partial_prefix_ + std::to_string(++partials_);
    auto created = disk_.create(path, durability);
    if (created) {
      file = *std::move(created);
      return path;
    }
    // Left by a process that died; sweep() was not called or could not remove it.
    if (created.error().code != Errc::conflict) return fail(std::move(created).error());
  }
}

Result<void> LocalDirectoryStore::publish(const std::string& partial, const std::string& key,
                                          IfThere if_there) {
  WEIR_CHECK(make_durable_parent(key));
  const std::string path = uri(key);
  auto renamed = if_there == IfThere::replace ? disk_.rename(partial, path)
                                              : disk_.rename_to_new(partial, path);
  if (!renamed && renamed.error().code == Errc::conflict) return already_there(key);
  if (!renamed) {
    forget_directories();
    return renamed;
  }
  return disk_.sync_directory(parent_of(path));
}

Result<void> LocalDirectoryStore::make_durable_parent(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const std::string parent = parent_of(uri(key));
  if (durable_.contains(parent)) return {};
  WEIR_CHECK(disk_.make_directories(parent));
  // Existing directories too: the process that made them may have died before its sync.
  for (std::size_t slash = root_.size(); slash < parent.size();
       slash = std::min(parent.find('/', slash + 1), parent.size())) {
    const std::string directory =
        parent.substr(0, std::min(parent.find('/', slash + 1), parent.size()));
    if (durable_.contains(directory)) continue;
    WEIR_CHECK(disk_.sync_directory(parent.substr(0, slash)));
    if (durable_.size() >= directories_remembered_max) durable_.clear();
    durable_.insert(directory);
  }
  return {};
}

void LocalDirectoryStore::forget_directories() {
  const std::lock_guard lock(mutex_);
  durable_.clear();
}

Result<std::string> LocalDirectoryStore::read(const std::string& key) {
  WEIR_CHECK(check_key(key));
  WEIR_TRY(const auto file, disk_.open(uri(key), Durability::on_sync));
  WEIR_TRY(const std::uint64_t size, file->size());
  std::string bytes(size, '\0');
  WEIR_TRY(const std::size_t count, file->read_at(0, bytes.data(), bytes.size()));
  bytes.resize(count);
  return bytes;
}

Result<std::string> LocalDirectoryStore::read_range(const std::string& key, std::uint64_t offset,
                                                    std::uint64_t bytes) {
  WEIR_CHECK(check_key(key));
  WEIR_TRY(const auto file, disk_.open(uri(key), Durability::on_sync));
  std::string out(bytes, '\0');
  WEIR_TRY(const std::size_t count, file->read_at(offset, out.data(), out.size()));
  out.resize(count);
  return out;
}

Result<std::uint64_t> LocalDirectoryStore::size(const std::string& key) {
  WEIR_CHECK(check_key(key));
  WEIR_TRY(const auto file, disk_.open(uri(key), Durability::on_sync));
  return file->size();
}

std::string LocalDirectoryStore::uri(const std::string& key) const {
  return root_ + "/" + key;
}

Result<void> LocalDirectoryStore::remove(const std::string& key) {
  WEIR_CHECK(check_key(key));
  const std::string path = uri(key);
  WEIR_TRY(const bool there, disk_.exists(path));
  if (!there) return {};
  WEIR_CHECK(disk_.remove(path));
  return disk_.sync_directory(parent_of(path));
}

Result<void> LocalDirectoryStore::for_each_name(const std::string& folder, const EachName& each) {
  WEIR_CHECK(check_key(folder));
  const std::string path = uri(folder);
  WEIR_TRY(const bool there, disk_.exists(path));
  if (!there) return {};
  WEIR_TRY(const std::vector<std::string> names, disk_.list(path));
  for (const std::string& name : names)
    WEIR_CHECK(each(name));
  return {};
}

Result<void> LocalDirectoryStore::sweep() {
  WEIR_TRY(const std::vector<std::string> left, disk_.list(partial_directory()));
  for (const std::string& name : left) {
    if (!name.starts_with(partial_prefix_)) continue;
    const std::string number = name.substr(partial_prefix_.size());
    const bool is_ours = number.find_first_not_of("0123456789") == std::string::npos;
    if (is_ours) WEIR_CHECK(disk_.remove(partial_directory() + "/" + name));
  }
  return {};
}

}  // namespace weir::store
