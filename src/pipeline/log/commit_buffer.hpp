#pragma once

#include <vector>

#include "env/aligned_buffer.hpp"
#include "pipeline/log/segment_format.hpp"

namespace weir::log {

/// One commit while it is filled, and the sinks that wait for it. The log alternates between two of
/// them. Not thread-safe. Allocates nothing once it has reached its largest size.
class CommitBuffer {
 public:
  explicit CommitBuffer(std::uint64_t bytes_max) : bytes_(bytes_max) {}

  bool empty() const { return count_ == 0; }
  /// The stamp of the first record; the buffer must not be empty.
  Time first_received_at() const { return first_received_at_; }
  /// The size of the commit in the file if `more` bytes of records were added.
  std::uint64_t blocks_bytes_with(std::uint64_t more) const { return whole_blocks(used_ + more); }
  std::uint64_t blocks_bytes() const { return whole_blocks(used_); }
  bool has_room(std::uint64_t more) const { return used_ + more <= bytes_.size(); }

  /// The caller has checked that there is room.
  void add(const Entry& entry, const Address& address, Time received_at, AppendSink& sink,
           std::uint64_t cookie);
  /// The commit as it is written to disk: aligned, whole blocks.
  std::string_view seal(std::uint64_t salt, Lsn lsn);
  /// Calls each sink once and empties the buffer. No error: all entries are durable.
  void resolve_and_clear(std::optional<Errc> error);

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
