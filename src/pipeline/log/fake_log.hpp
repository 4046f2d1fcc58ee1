#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "pipeline/log/log.hpp"

/// An in-memory log for tests of those who read a log: its records are durable at once, survive
/// every crash, and are gone once released.
namespace weir::log {

class FakeLog final : public Log {
 public:
  /// One whose partition is not gapless counts the records of all streams together, as offsets do.
  explicit FakeLog(PartitionNo partition = {}) : partition_(partition) {}

  struct Stored {
    Lsn lsn;
    Address address;
    Time received_at;
    PayloadType type = PayloadType::json;
    std::string body;
    std::string key;
    LaneNo lane{};
    std::uint64_t number = 0;
  };
  struct Line {
    StreamNo stream;
    PayloadType type = PayloadType::json;
    std::string body;
    std::string key = {};
  };

  /// Appends one commit; sequences are assigned as the real log does.
  void commit(const std::vector<Line>& lines, Time at) {
    const std::lock_guard lock(mutex_);
    const Lsn lsn = end_;
    for (const Line& line : lines) {
      const std::uint64_t number = ++numbers_[{line.stream, lane}];
      Sequence& sequence = last_[line.stream];
      sequence = {is_gapless(partition_) ? sequence.value + 1 : ++offset_};
      records_.push_back({lsn,
                          {line.stream, partition_, sequence},
                          at,
                          line.type,
                          line.body,
                          line.key,
                          lane,
                          number});
    }
    last_at_ = std::max(last_at_, at);
    end_.value += commit_bytes;
  }

  /// Breaks the stream's numbering for tests: the stream continues at this sequence.
  void jump_to(StreamNo stream, Sequence next) {
    const std::lock_guard lock(mutex_);
    last_[stream] = Sequence{next.value - 1};
  }

  /// Offsets that hold no record, as those that end transactions.
  void leave_out(std::uint64_t offsets) {
    const std::lock_guard lock(mutex_);
    offset_ += offsets;
  }
  /// The newest record once more, as of a producer that sent it again.
  void repeat_newest() {
    const std::lock_guard lock(mutex_);
    Stored again = records_.back();
    again.lsn = end_;
    again.address.sequence = last_[again.address.stream] = {++offset_};
    records_.push_back(std::move(again));
    end_.value += commit_bytes;
  }
  /// The lane's number of the stream is given to a record that does not come.
  void lose_one(StreamNo stream) {
    const std::lock_guard lock(mutex_);
    ++numbers_[{stream, lane}];
  }

  /// Makes the nth record (from 0) read as damaged, or whole again.
  void damage(std::optional<std::size_t> nth) {
    const std::lock_guard lock(mutex_);
    damaged_ = nth;
  }

  std::vector<Stored> accepted() const {
    const std::lock_guard lock(mutex_);
    return records_;
  }
  Lsn released() const {
    const std::lock_guard lock(mutex_);
    return released_;
  }

  Result<void> append(const Entry&, AppendSink&, std::uint64_t) override {
    return fail(Errc::internal, "tests call commit()");
  }
  void commit_soon() override {}

  Result<std::unique_ptr<Reader>> read_from(PartitionNo, Lsn from) override {
    const std::lock_guard lock(mutex_);
    if (from < released_) return fail(Errc::corrupt, "what stood there has been released");
    return std::unique_ptr<Reader>(std::make_unique<MemoryReader>(*this, from));
  }

  Result<std::unique_ptr<Reader>> read_newest(PartitionNo partition, std::uint64_t bytes,
                                              Lsn checkpoint) override {
    const Lsn end = durable_end(partition);
    const std::uint64_t commits = std::min(end.value, bytes) / commit_bytes;
    return read_from(partition, std::max(checkpoint, Lsn{end.value - commits * commit_bytes}));
  }

  Lsn durable_end(PartitionNo) const override {
    const std::lock_guard lock(mutex_);
    return end_;
  }
  std::vector<PartitionNo> partitions() const override { return {partition_}; }
  std::uint64_t bytes_behind(PartitionNo partition, Lsn checkpoint) const override {
    const Lsn end = durable_end(partition);
    return end > checkpoint ? end.value - checkpoint.value : 0;
  }
  Sequence next_sequence(const Address& address) const override {
    const std::lock_guard lock(mutex_);
    const auto found = last_.find(address.stream);
    return Sequence{found == last_.end() ? 1 : found->second.value + 1};
  }
  void wait_durable(PartitionNo, Lsn, std::chrono::milliseconds) override {}
  void release(PartitionNo, Lsn checkpoint) override {
    const std::lock_guard lock(mutex_);
    released_ = std::max(released_, checkpoint);
  }
  Result<void> health() const override { return {}; }
  Time complete_until(PartitionNo) override {
    const std::lock_guard lock(mutex_);
    return last_at_ = std::max(last_at_, now);
  }
  PartitionState partition_state(PartitionNo) const override {
    const std::lock_guard lock(mutex_);
    PartitionState state{.next_sequences = {}, .end = end_, .idle = true};
    if (!is_gapless(partition_)) return state;
    for (const auto& [stream, last] : last_)
      state.next_sequences[stream] = Sequence{last.value + 1};
    return state;
  }

  Time now;        // the log's clock; set between calls
  LaneNo lane{1};  // of what is appended; set between calls

 private:
  static constexpr std::uint64_t commit_bytes = 4096;

  class MemoryReader final : public Reader {
   public:
    MemoryReader(FakeLog& log, Lsn from) : log_(log), position_(from) {
      while (next_ < log.records_.size() && log.records_[next_].lsn < from)
        ++next_;
    }

    Result<std::optional<Record>> next() override {
      const std::lock_guard lock(log_.mutex_);
      if (next_ == log_.records_.size()) {
        position_ = log_.end_;
        return std::optional<Record>();
      }
      if (log_.damaged_ == next_) return fail(Errc::corrupt, "segment 1, offset 4096: damaged");
      // A copy that is freed by the next call, so that ASan finds a view that was kept too long.
      held_ = std::make_unique<Stored>(log_.records_[next_++]);
      position_ = held_->lsn;
      if (next_ == log_.records_.size() || log_.records_[next_].lsn != held_->lsn) {
        position_.value += commit_bytes;
      }
      return std::optional(Record{held_->lsn, held_->address, held_->received_at, held_->type,
                                  held_->key, held_->body, held_->lane, held_->number});
    }
    Lsn position() const override { return position_; }

   private:
    FakeLog& log_;
    std::size_t next_ = 0;
    Lsn position_;
    std::unique_ptr<Stored> held_;
  };

  const PartitionNo partition_;
  mutable std::mutex mutex_;
  std::vector<Stored> records_;
  std::map<std::pair<StreamNo, LaneNo>, std::uint64_t> numbers_;
  std::uint64_t offset_ = 0;
  std::map<StreamNo, Sequence> last_;
  std::optional<std::size_t> damaged_;
  Lsn end_;
  Lsn released_;
  Time last_at_;
};

}  // namespace weir::log
