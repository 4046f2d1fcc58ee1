#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "env/disk.hpp"
#include "env/fake/crash_inode.hpp"
#include "env/fake/seeded_random.hpp"

namespace weir {

/// A file system in memory that keeps only what it promised to keep, and is crueller than a real
/// one: after a power cut, what was not synced survives wholly, torn at sectors or not at all, in
/// any order, and so do names whose directory was not synced; what a failed sync left in the cache
/// can be read and is never safe until it is written again. The seed decides. Thread-safe.
///
/// Asserts what Durability::on_write asks for: offsets, sizes and addresses in whole 4096s.
class CrashDisk final : public Disk {
 public:
  /// What can be made to fail. A write to an on_write file is one `write`, its sync included.
  enum class Op { create, open, read, write, sync, rename, remove, list, directories, names };

  explicit CrashDisk(std::uint64_t seed);
  ~CrashDisk() override;

  Result<std::unique_ptr<File>> open(const std::string& path, Durability durability) override;
  Result<std::unique_ptr<File>> create(const std::string& path, Durability durability) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> make_directories(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;  // Op::names
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  /// Cuts a file off, for SQLite; safe once the file is synced. Op::write.
  Result<void> truncate(const std::string& path, std::uint64_t bytes);

  /// The power goes: everything fails until power_on(), and open files are dead for good. A crash
  /// that was planned is off.
  void crash();
  /// The process dies: as crash(), but nothing that could be read is lost.
  void kill();
  void power_on();
  bool is_on() const;
  /// The power goes in the middle of the nth operation from now that changes something (1: the
  /// next); it and all after it fail.
  void crash_during(std::uint64_t nth);
  void cancel_planned_crash();
  /// The nth next operation of this kind fails. A failed write may have reached the file wholly,
  /// partly or not at all, a disk_full one has not; a failed sync gives up what was not safe.
  void fail_next(Op op, Errc code, std::uint64_t nth = 1);
  void cancel_planned_failures();
  /// A disk that lies: where `lies` says so, what a sync, a write to an on_write file or a
  /// sync_directory reports safe is not. For showing that a test of durability can fail.
  using Lies = std::function<bool(Op op, const std::string& path)>;
  void lie_about(Lies lies);
  /// Called before every operation, with the disk's lock held: a slow disk moves the clock here.
  void on_operation(std::function<void(Op op)> observe);
  /// Writes that would make the files larger than this together fail with disk_full.
  void set_capacity(std::optional<std::uint64_t> bytes);

  /// For setting and looking at the scene; these work without power and fail the test by
  /// assertion when there is no such file.
  void put(const std::string& path, std::string bytes);  // safe at once, directories included
  std::string contents(const std::string& path) const;
  void flip_bit(const std::string& path, std::uint64_t offset, unsigned bit = 0);
  /// All files, sorted.
  std::vector<std::string> files() const;

  /// What happened since the disk was made.
  struct Counts {
    std::uint64_t operations = 0;
    std::uint64_t failures = 0;  // planned ones that came, and refusals for want of room
    std::uint64_t power_cuts = 0;
  };
  Counts counts() const;

 private:
  friend class CrashFile;
  struct Node {  // a directory where there is no inode
    std::shared_ptr<CrashInode> inode;
  };
  using Names = std::map<std::string, Node>;
  /// One change of names; it survives as a whole or not.
  struct NameChange {
    std::string erased;  // empty: none
    std::string set;     // empty: none
    Node node;
    void apply(Names& names) const;
    bool touches(const std::string& directory) const;
  };
  struct PlannedFailure {
    Errc code;
    std::uint64_t countdown;
  };
  enum class Turn { goes_on, fails, loses_power };
  struct Begun {
    Turn turn;
    Error error;
  };

  Begun begin(Op op, const std::string& path);
  Result<void> change_names(Op op, NameChange change);
  Result<void> parent_exists(const std::string& path) const;
  Result<void> write(CrashInode& inode, const std::string& path, std::uint64_t offset,
                     std::string_view bytes, Durability durability);
  Result<void> sync(CrashInode& inode, const std::string& path);
  bool has_room(std::uint64_t more) const;
  bool lies(Op op, const std::string& path) const { return lies_ && lies_(op, path); }
  void lose_power();
  std::unique_ptr<File> file_of(const std::string& path, const Node& node, Durability durability);
  const Node& node_at(const std::string& path) const;

  mutable std::mutex mutex_;
  SeededRandom random_;
  Names visible_;
  Names safe_;
  std::vector<NameChange> unsafe_changes_;
  std::map<Op, std::vector<PlannedFailure>> planned_failures_;
  std::optional<std::uint64_t> crash_countdown_;
  std::optional<std::uint64_t> capacity_bytes_;
  Lies lies_;
  std::function<void(Op)> observe_;
  Counts counts_;
  std::uint64_t lives_ = 0;  // open files belong to one
  bool on_ = true;
};

}  // namespace weir
