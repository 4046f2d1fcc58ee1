#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "env/disk.hpp"
#include "env/fake/crash_inode.hpp"
#include "env/fake/seeded_random.hpp"

namespace weir {

/// A file system in memory that keeps only what it must, and is harsher than a real one. After a
/// power cut, unsynced writes survive wholly, torn at sectors or not at all, in any order. So do
/// names whose directory was not synced. What a failed sync left in the cache can be read but is
/// never durable until written again. The seed decides. Thread-safe.
///
/// Asserts Durability::on_write's rules: offsets, sizes and addresses are multiples of 4096.
class CrashDisk final : public Disk {
 public:
  /// The operations that can fail. A write to an on_write file, with its sync, is one `write`.
  enum class Op { create, open, read, write, sync, rename, remove, list, directories, names };

  explicit CrashDisk(std::uint64_t seed);
  ~CrashDisk() override;

  Result<std::unique_ptr<File>> open(const std::string& path, Durability durability) override;
  Result<std::unique_ptr<File>> create(const std::string& path, Durability durability) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> rename_to_new(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> make_directories(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;  // Op::names
  Result<std::unique_ptr<Directory>> open_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  /// Truncates a file, for SQLite; durable once the file is synced. Op::write.
  Result<void> truncate(const std::string& path, std::uint64_t bytes);

  /// Cuts the power: everything fails until power_on(), and open files stay unusable. Cancels a
  /// planned crash.
  void crash();
  /// Kills the process: as crash(), but everything that could be read is kept.
  void kill();
  void power_on();
  bool is_on() const;
  /// Cuts the power in the middle of the nth changing operation from now (1: the next one); that
  /// operation and all later ones fail.
  void crash_during(std::uint64_t nth);
  void cancel_planned_crash();
  /// The nth next operation of this kind fails. A failed write may have reached the file wholly,
  /// partly or not at all (with disk_full: not at all); a failed sync loses what was not durable.
  void fail_next(Op op, Errc code, std::uint64_t nth = 1);
  void cancel_planned_failures();
  /// A disk that lies: where `lies` is true, a sync, a write to an on_write file or a
  /// sync_directory reports success but is not durable. Shows that a durability test can fail.
  using Lies = std::function<bool(Op op, const std::string& path)>;
  void lie_about(Lies lies);
  /// Called before every operation, with the disk's lock held: a slow disk moves the clock here.
  void on_operation(std::function<void(Op op)> observe);
  /// Writes that would make the files larger than this together fail with disk_full.
  void set_capacity(std::optional<std::uint64_t> bytes);

  /// To set up and inspect tests: these work without power, and abort by assertion when the file
  /// does not exist.
  void put(const std::string& path, std::string bytes);  // durable at once, directories included
  std::string contents(const std::string& path) const;
  void flip_bit(const std::string& path, std::uint64_t offset, unsigned bit = 0);
  /// All files, sorted.
  std::vector<std::string> files() const;

  /// The counts since the disk was made.
  struct Counts {
    std::uint64_t operations = 0;
    std::uint64_t failures = 0;  // planned failures that came, and writes without room
    std::uint64_t power_cuts = 0;
  };
  Counts counts() const;

 private:
  friend class CrashFile;
  struct Node {  // a directory where there is no inode
    std::shared_ptr<CrashInode> inode;
  };
  using Names = std::map<std::string, Node>;
  /// One change of names; it survives a crash as a whole or not at all.
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
