#pragma once

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/log/log.hpp"

/// For tests only: a log that keeps entries in memory and decides their results on request.
namespace weir::gateway {

class FakeLog final : public log::Log {
 public:
  struct Kept {
    StreamNo stream;
    PayloadType type;
    std::string idempotency_key;
    std::string body;
  };

  Result<void> append(const log::Entry& entry, log::AppendSink& sink,
                      std::uint64_t cookie) override {
    const std::lock_guard lock(mutex_);
    if (refusal_) return fail(*refusal_, "the log's own words");
    const Sequence sequence{++sequences_[entry.stream.value]};
    waiting_.push_back(
        {&sink,
         {cookie, {entry.stream, PartitionNo{0}, sequence}, std::nullopt},
         {entry.stream, entry.type, std::string(entry.idempotency_key), std::string(entry.body)}});
    changed_.notify_all();
    return {};
  }

  void commit_soon() override {
    const std::lock_guard lock(mutex_);
    ++commits_requested_;
    requested_ = waiting_.size();
    changed_.notify_all();
  }

  int commits_asked() const {
    const std::lock_guard lock(mutex_);
    return commits_requested_;
  }

  /// Waits for `entries` and for being asked for a commit, and ends their wait, each sink told
  /// once; with an error, they failed. As of a real log, a commit takes what came after the asking.
  void commit(std::size_t entries, std::optional<Errc> error = std::nullopt) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.size() >= entries && requested_ > 0; });
    requested_ -= std::min(requested_, entries);
    std::map<log::AppendSink*, std::vector<log::AppendResult>> results;
    for (std::size_t i = 0; i < entries; ++i) {
      waiting_[i].result.error = error;
      results[waiting_[i].sink].push_back(waiting_[i].result);
      if (!error) kept_.push_back(std::move(waiting_[i].entry));
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(entries));
    lock.unlock();
    for (const auto& [sink, told] : results)
      sink->on_appended(told);
  }
  void wait_for(std::size_t entries) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.size() >= entries; });
  }
  /// The error with which append() refuses from now on.
  void refuse(std::optional<Errc> code) {
    const std::lock_guard lock(mutex_);
    refusal_ = code;
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }
  std::vector<Kept> kept() const {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

  Result<std::unique_ptr<log::Reader>> read_from(PartitionNo, Lsn) override {
    return fail(Errc::unavailable, "a fake log is not read");
  }
  std::vector<PartitionNo> partitions() const override { return {PartitionNo{0}}; }
  std::uint64_t bytes_behind(PartitionNo, Lsn) const override { return 0; }
  Sequence next_sequence(const Address&) const override { return {1}; }
  Lsn durable_end(PartitionNo) const override { return {}; }
  void wait_durable(PartitionNo, Lsn, std::chrono::milliseconds) override {}
  void release(PartitionNo, Lsn) override {}
  Result<void> health() const override { return {}; }

 private:
  struct Waiting {
    log::AppendSink* sink;
    log::AppendResult result;
    Kept entry;
  };
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Errc> refusal_;
  std::map<std::uint32_t, std::uint64_t> sequences_;
  std::vector<Waiting> waiting_;
  std::vector<Kept> kept_;
  int commits_requested_ = 0;
  std::size_t requested_ = 0;  // so many of waiting_ were there when a commit was asked for
};

}  // namespace weir::gateway
