#include "env/fake/crash_disk.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace weir {
namespace {

constexpr std::uint64_t block_bytes = 4096;

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_root(const std::string& path) {
  return path == "/" || path == ".";
}

bool changes_something(CrashDisk::Op op) {
  using Op = CrashDisk::Op;
  return op != Op::open && op != Op::read && op != Op::list;
}

void assert_whole_blocks(std::uint64_t offset, const void* address, std::size_t bytes) {
  WEIR_ASSERT(offset % block_bytes == 0);
  WEIR_ASSERT(bytes % block_bytes == 0);
  WEIR_ASSERT(reinterpret_cast<std::uintptr_t>(address) % block_bytes == 0);
}

}  // namespace

class CrashFile final : public File {
 public:
  CrashFile(CrashDisk& disk, std::string path, std::shared_ptr<CrashInode> inode,
            Durability durability)
      : disk_(disk),
        path_(std::move(path)),
        inode_(std::move(inode)),
        durability_(durability),
        life_(disk.lives_) {}

  Result<std::size_t> read_at(std::uint64_t offset, char* out, std::size_t size) override {
    if (durability_ == Durability::on_write) assert_whole_blocks(offset, out, size);
    const std::lock_guard lock(disk_.mutex_);
    WEIR_CHECK(alive());
    const auto begun = disk_.begin(CrashDisk::Op::read, path_);
    if (begun.turn != CrashDisk::Turn::goes_on) return fail(begun.error);
    const std::string& bytes = inode_->visible();
    if (offset >= bytes.size()) return 0;
    return bytes.copy(out, size, offset);
  }

  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    if (durability_ == Durability::on_write)
      assert_whole_blocks(offset, bytes.data(), bytes.size());
    const std::lock_guard lock(disk_.mutex_);
    WEIR_CHECK(alive());
    return disk_.write(*inode_, path_, offset, bytes, durability_);
  }

  Result<void> sync() override {
    const std::lock_guard lock(disk_.mutex_);
    WEIR_CHECK(alive());
    return disk_.sync(*inode_, path_);
  }

  Result<std::uint64_t> size() override {
    const std::lock_guard lock(disk_.mutex_);
    WEIR_CHECK(alive());
    return inode_->visible().size();
  }

 private:
  Result<void> alive() const {
    if (life_ == disk_.lives_) return {};
    return fail(Errc::io, "'" + path_ + "' was opened before the crash; open it again");
  }

  CrashDisk& disk_;
  const std::string path_;
  const std::shared_ptr<CrashInode> inode_;
  const Durability durability_;
  const std::uint64_t life_;
};

void CrashDisk::NameChange::apply(Names& names) const {
  if (!erased.empty()) names.erase(erased);
  if (!set.empty()) names.insert_or_assign(set, node);
}

bool CrashDisk::NameChange::touches(const std::string& directory) const {
  return (!erased.empty() && parent_of(erased) == directory) ||
         (!set.empty() && parent_of(set) == directory);
}

CrashDisk::CrashDisk(std::uint64_t seed) : random_(seed) {}
CrashDisk::~CrashDisk() = default;

CrashDisk::Begun CrashDisk::begin(Op op, const std::string& path) {
  const Error no_power{Errc::io, "'" + path + "': the power is off"};
  if (!on_) return {Turn::fails, no_power};
  ++counts_.operations;
  if (observe_) observe_(op);
  if (changes_something(op) && crash_countdown_ && --*crash_countdown_ == 0) {
    return {Turn::loses_power, no_power};
  }
  auto& planned = planned_failures_[op];
  for (auto failure = planned.begin(); failure != planned.end(); ++failure) {
    if (--failure->countdown > 0) continue;
    const Errc code = failure->code;
    planned.erase(failure);
    ++counts_.failures;
    return {Turn::fails, {code, "'" + path + "': this failure was planned by the test"}};
  }
  return {Turn::goes_on, {}};
}

std::unique_ptr<File> CrashDisk::file_of(const std::string& path, const Node& node,
                                         Durability durability) {
  return std::make_unique<CrashFile>(*this, path, node.inode, durability);
}

Result<std::unique_ptr<File>> CrashDisk::open(const std::string& path, Durability durability) {
  const std::lock_guard lock(mutex_);
  const Begun begun = begin(Op::open, path);
  if (begun.turn != Turn::goes_on) return fail(begun.error);
  const auto found = visible_.find(path);
  if (found == visible_.end() || !found->second.inode)
    return fail(Errc::not_found, "there is no file '" + path + "'");
  return file_of(path, found->second, durability);
}

Result<std::unique_ptr<File>> CrashDisk::create(const std::string& path, Durability durability) {
  const std::lock_guard lock(mutex_);
  WEIR_CHECK(parent_exists(path));
  if (visible_.count(path) != 0) return fail(Errc::conflict, "'" + path + "' is already there");
  const Node node{std::make_shared<CrashInode>()};
  WEIR_CHECK(change_names(Op::create, {.erased = {}, .set = path, .node = node}));
  return file_of(path, node, durability);
}

Result<void> CrashDisk::parent_exists(const std::string& path) const {
  const std::string parent = parent_of(path);
  if (is_root(parent)) return {};
  const auto found = visible_.find(parent);
  if (found != visible_.end() && !found->second.inode) return {};
  return fail(Errc::not_found, "there is no directory '" + parent + "'");
}

Result<void> CrashDisk::change_names(Op op, NameChange change) {
  const Begun begun = begin(op, change.set.empty() ? change.erased : change.set);
  if (begun.turn == Turn::fails) return fail(begun.error);
  change.apply(visible_);
  unsafe_changes_.push_back(std::move(change));
  if (begun.turn == Turn::goes_on) return {};
  lose_power();
  return fail(begun.error);
}

Result<void> CrashDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  const auto found = visible_.find(from);
  if (found == visible_.end()) return fail(Errc::not_found, "there is no file '" + from + "'");
  WEIR_CHECK(parent_exists(to));
  return change_names(Op::rename, {.erased = from, .set = to, .node = found->second});
}

Result<void> CrashDisk::rename_to_new(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  const auto found = visible_.find(from);
  if (found == visible_.end()) return fail(Errc::not_found, "there is no file '" + from + "'");
  if (visible_.count(to) != 0) return fail(Errc::conflict, "there is a file '" + to + "'");
  WEIR_CHECK(parent_exists(to));
  return change_names(Op::rename, {.erased = from, .set = to, .node = found->second});
}

Result<void> CrashDisk::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (visible_.count(path) == 0) return fail(Errc::not_found, "there is no file '" + path + "'");
  return change_names(Op::remove, {.erased = path, .set = {}, .node = {}});
}

Result<void> CrashDisk::make_directories(const std::string& path) {
  const std::lock_guard lock(mutex_);
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string directory = path.substr(0, end);
    if (!is_root(directory) && visible_.count(directory) == 0)
      WEIR_CHECK(change_names(Op::directories, {.erased = {}, .set = directory, .node = {}}));
    if (end == std::string::npos) return {};
  }
}

/// By name: what is held open here are files.
class CrashDirectory final : public Directory {
 public:
  CrashDirectory(CrashDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  Result<void> sync() override { return disk_.sync_directory(path_); }

 private:
  CrashDisk& disk_;
  const std::string path_;
};

Result<std::unique_ptr<Directory>> CrashDisk::open_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  WEIR_CHECK(parent_exists(path == "/" ? path : path + "/"));
  return std::make_unique<CrashDirectory>(*this, path);
}

Result<void> CrashDisk::sync_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  WEIR_CHECK(parent_exists(path == "/" ? path : path + "/"));
  const Begun begun = begin(Op::names, path);
  if (begun.turn == Turn::fails) return fail(begun.error);
  if (begun.turn == Turn::loses_power) {
    lose_power();
    return fail(begun.error);
  }
  if (lies(Op::names, path)) return {};
  const auto is_safe = [&](const NameChange& change) {
    if (!change.touches(path)) return false;
    change.apply(safe_);
    return true;
  };
  std::erase_if(unsafe_changes_, is_safe);
  return {};
}

Result<std::vector<std::string>> CrashDisk::list(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const Begun begun = begin(Op::list, path);
  if (begun.turn != Turn::goes_on) return fail(begun.error);
  WEIR_CHECK(parent_exists(path == "/" ? path : path + "/"));
  std::vector<std::string> names;
  for (const auto& [name, node] : visible_)
    if (parent_of(name) == path) names.push_back(name.substr(name.rfind('/') + 1));
  return names;
}

Result<bool> CrashDisk::exists(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const Begun begun = begin(Op::list, path);
  if (begun.turn != Turn::goes_on) return fail(begun.error);
  return is_root(path) || visible_.count(path) != 0;
}

bool CrashDisk::has_room(std::uint64_t more) const {
  if (!capacity_bytes_) return true;
  std::uint64_t used = 0;
  for (const auto& [path, node] : visible_)
    if (node.inode) used += node.inode->visible().size();
  return used + more <= *capacity_bytes_;
}

Result<void> CrashDisk::write(CrashInode& inode, const std::string& path, std::uint64_t offset,
                              std::string_view bytes, Durability durability) {
  using Reach = CrashInode::Reach;
  const std::uint64_t end = offset + bytes.size();
  const std::uint64_t size = inode.visible().size();
  if (on_ && end > size && !has_room(end - size)) {
    ++counts_.failures;
    return fail(Errc::disk_full, "'" + path + "': the disk is full");
  }
  const Begun begun = begin(Op::write, path);
  if (begun.turn == Turn::loses_power) {
    inode.write(offset, bytes, Reach::whole, random_);
    lose_power();
    return fail(begun.error);
  }
  if (begun.turn == Turn::fails) {
    const bool may_reach = on_ && begun.error.code != Errc::disk_full;
    const Reach reach = may_reach ? static_cast<Reach>(random_.below(3)) : Reach::nothing;
    inode.write(offset, bytes, reach, random_);
    if (reach != Reach::nothing) inode.give_up_unsynced();
    return fail(begun.error);
  }
  inode.write(offset, bytes, Reach::whole, random_);
  if (durability == Durability::on_write && !lies(Op::write, path))
    inode.sync_range(offset, bytes.size());
  return {};
}

Result<void> CrashDisk::sync(CrashInode& inode, const std::string& path) {
  const Begun begun = begin(Op::sync, path);
  if (begun.turn == Turn::goes_on) {
    if (!lies(Op::sync, path)) inode.sync();
    return {};
  }
  if (begun.turn == Turn::loses_power) lose_power();
  if (begun.turn == Turn::fails && on_) inode.give_up_unsynced();
  return fail(begun.error);
}

Result<void> CrashDisk::truncate(const std::string& path, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const Begun begun = begin(Op::write, path);
  if (begun.turn == Turn::fails) return fail(begun.error);
  const auto found = visible_.find(path);
  if (found == visible_.end() || !found->second.inode)
    return fail(Errc::not_found, "there is no file '" + path + "'");
  found->second.inode->truncate(bytes);
  if (begun.turn == Turn::goes_on) return {};
  lose_power();
  return fail(begun.error);
}

void CrashDisk::lose_power() {
  ++counts_.power_cuts;
  for (const NameChange& change : unsafe_changes_)
    if (random_.one_in(2)) change.apply(safe_);
  unsafe_changes_.clear();
  std::erase_if(safe_, [&](const auto& entry) {  // parents sort before what is in them
    const std::string parent = parent_of(entry.first);
    return !is_root(parent) && safe_.count(parent) == 0;
  });
  visible_ = safe_;
  for (const auto& [path, node] : safe_)
    if (node.inode) node.inode->lose_power(random_);
  crash_countdown_.reset();
  on_ = false;
  ++lives_;
}

void CrashDisk::crash() {
  const std::lock_guard lock(mutex_);
  if (on_) lose_power();
}

void CrashDisk::kill() {
  const std::lock_guard lock(mutex_);
  on_ = false;
  ++lives_;
}

void CrashDisk::power_on() {
  const std::lock_guard lock(mutex_);
  on_ = true;
}

bool CrashDisk::is_on() const {
  const std::lock_guard lock(mutex_);
  return on_;
}

void CrashDisk::crash_during(std::uint64_t nth) {
  const std::lock_guard lock(mutex_);
  WEIR_ASSERT(nth > 0);
  crash_countdown_ = nth;
}

void CrashDisk::cancel_planned_crash() {
  const std::lock_guard lock(mutex_);
  crash_countdown_.reset();
}

void CrashDisk::fail_next(Op op, Errc code, std::uint64_t nth) {
  const std::lock_guard lock(mutex_);
  WEIR_ASSERT(nth > 0);
  planned_failures_[op].push_back({code, nth});
}

void CrashDisk::cancel_planned_failures() {
  const std::lock_guard lock(mutex_);
  planned_failures_.clear();
}

void CrashDisk::lie_about(Lies lies) {
  const std::lock_guard lock(mutex_);
  lies_ = std::move(lies);
}

void CrashDisk::on_operation(std::function<void(Op)> observe) {
  const std::lock_guard lock(mutex_);
  observe_ = std::move(observe);
}

CrashDisk::Counts CrashDisk::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::vector<std::string> CrashDisk::files() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, node] : visible_)
    if (node.inode) paths.push_back(path);
  return paths;
}

void CrashDisk::set_capacity(std::optional<std::uint64_t> bytes) {
  const std::lock_guard lock(mutex_);
  capacity_bytes_ = bytes;
}

void CrashDisk::put(const std::string& path, std::string bytes) {
  const std::lock_guard lock(mutex_);
  for (std::string parent = parent_of(path); !is_root(parent); parent = parent_of(parent)) {
    visible_.try_emplace(parent);
    safe_.try_emplace(parent);
  }
  const Node node{std::make_shared<CrashInode>()};
  node.inode->replace(std::move(bytes));
  visible_.insert_or_assign(path, node);
  safe_.insert_or_assign(path, node);
}

const CrashDisk::Node& CrashDisk::node_at(const std::string& path) const {
  const auto found = visible_.find(path);
  WEIR_ASSERT(found != visible_.end());
  WEIR_ASSERT(found->second.inode);
  return found->second;
}

std::string CrashDisk::contents(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return node_at(path).inode->visible();
}

void CrashDisk::flip_bit(const std::string& path, std::uint64_t offset, unsigned bit) {
  const std::lock_guard lock(mutex_);
  node_at(path).inode->flip_bit(offset, bit);
}

}  // namespace weir
