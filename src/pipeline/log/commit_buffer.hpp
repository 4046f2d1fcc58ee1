#pragma once

#include <vector>

#include "env/aligned_buffer.hpp"
#include "pipeline/log/segment_format.hpp"

namespace weir::log {

/// One commit while it is filled, and who waits for it. Two of them take turns. Not thread-safe.
/// Allocates nothing once it has been as full as it gets.
class CommitBuffer {
 public:
  explicit CommitBuffer(std::uint64_t bytes_max) : bytes_(bytes_max) {}

  bool empty() const { return count_ == 0; }
  /// Of its first record; it is not empty.
  Time first_received_at() const { return first_received_at_; }
  /// Of the commit in the file, were `more` bytes of records added.
  std::uint64_t blocks_bytes_with(std::uint64_t more) const { return whole_blocks(used_ + more); }
  std::uint64_t blocks_bytes() const { return whole_blocks(used_); }
  bool has_room(std::uint64_t more) const { return used_ + more <= bytes_.size(); }

  /// There is room for it.
  void add(const Entry& entry, const Address& address, Time received_at, AppendSink& sink,
           std::uint64_t cookie);
  /// The commit as it goes to the disk: aligned, whole blocks.
  std::string_view seal(std::uint64_t salt, Lsn lsn);
  /// One call per sink, then the buffer is empty. No error: all of it is durable.
  void tell_and_clear(std::optional<Errc> error);

 private:
  struct Waiting {
    AppendSink* sink = nullptr;
    std::vector<AppendResult> results;
  };
  Waiting& waiting_for(AppendSink& sink);

  AlignedBuffer bytes_;
  std::uint64_t used_ = commit_header_bytes;
  std::uint32_t count_ = 0;
  Time first_received_at_;
  std::vector<Waiting> waiting_;  // the first sinks_ are in use, the rest kept for their memory
  std::size_t sinks_ = 0;
  std::size_t last_sink_ = 0;
};

}  // namespace weir::log
