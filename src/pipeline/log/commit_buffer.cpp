#include "pipeline/log/commit_buffer.hpp"

namespace weir::log {

void CommitBuffer::add(const Entry& entry, const Address& address, Time received_at,
                       AppendSink& sink, std::uint64_t cookie) {
  encode_record(bytes_.data() + used_, entry, address.sequence, received_at);
  used_ += record_bytes(entry);
  if (count_ == 0) first_received_at_ = received_at;
  ++count_;
  waiting_for(sink).results.push_back({cookie, address, std::nullopt});
}

std::string_view CommitBuffer::seal(std::uint64_t salt, Lsn lsn) {
  const auto length = static_cast<std::uint32_t>(used_ - commit_header_bytes);
  return {bytes_.data(), seal_commit(bytes_.data(), salt, lsn, length, count_)};
}

void CommitBuffer::resolve_and_clear(std::optional<Errc> error) {
  for (std::size_t i = 0; i < sinks_; ++i) {
    Waiting& waiting = waiting_[i];
    if (error)
      for (AppendResult& result : waiting.results)
        result.error = error;
    waiting.sink->on_appended(waiting.results);
    waiting.results.clear();
    waiting.sink = nullptr;
  }
  used_ = commit_header_bytes;
  count_ = 0;
  sinks_ = last_sink_ = 0;
}

// There are as few sinks as gateway workers, so a linear search is faster than a hash.
CommitBuffer::Waiting& CommitBuffer::waiting_for(AppendSink& sink) {
  if (last_sink_ < sinks_ && waiting_[last_sink_].sink == &sink) return waiting_[last_sink_];
  for (last_sink_ = 0; last_sink_ < sinks_; ++last_sink_)
    if (waiting_[last_sink_].sink == &sink) return waiting_[last_sink_];
  if (sinks_ == waiting_.size()) waiting_.emplace_back();
  waiting_[sinks_].sink = &sink;
  return waiting_[sinks_++];
}

}  // namespace weir::log
