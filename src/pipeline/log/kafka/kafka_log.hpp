#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/histogram.hpp"
#include "env/clock.hpp"
#include "pipeline/log/kafka/consumer_pool.hpp"
#include "pipeline/log/kafka/kafka_client.hpp"
#include "pipeline/log/kafka/kafka_topic.hpp"
#include "pipeline/log/kafka/lane_counter.hpp"
#include "pipeline/log/kafka/record_head.hpp"
#include "pipeline/log/log.hpp"

namespace weir::log::kafka {

/// The log in a Kafka topic, which many gateways write and many batchers read
/// (docs/decisions/0021-what-an-address-is.md, docs/formats/kafka-record.md).
///
/// An entry is durable once the broker reports that all in-sync replicas have it. The idempotent
/// producer sends it once, in order within a partition. Partition p of the topic is PartitionNo
/// first_kafka_partition + p; a record's place is its offset + 1, and an Lsn is an offset.
///
/// Equal idempotency keys of a stream go to one partition; entries without a key take turns.
/// Memory is bounded by `queue_bytes_max`: beyond it, entries are refused as overloaded. While no
/// broker answers they are refused as unavailable, and what waits is given up after `delivery_max`:
/// as unavailable where it was not written, as commit_timeout where it may have been.
///
/// One thread polls the producer and tells results. Another keeps lanes, asks each second whether
/// brokers answer, and removes from the topic what is in files.
class KafkaLog final : public Log, private ClientListener {
 public:
  /// Waits for the brokers; makes the topic where it is not there. `lanes` and `clock` outlive the
  /// log.
  static Result<std::unique_ptr<KafkaLog>> open(KafkaSettings settings, LaneBook& lanes,
                                                Clock& clock);
  ~KafkaLog() override;

  const FoundTopic& topic() const { return found_; }

  Result<void> append(const Entry& entry, AppendSink& sink, std::uint64_t cookie) override;
  /// Nothing to do: librdkafka sends what waits after a millisecond.
  void commit_soon() override {}
  std::vector<PartitionNo> partitions() const override;
  Result<std::unique_ptr<Reader>> read_from(PartitionNo partition, Lsn from) override;
  Result<std::unique_ptr<Reader>> read_newest(PartitionNo partition, std::uint64_t bytes,
                                              Lsn checkpoint) override;
  /// Asks the broker. Where it does not answer, readers fail until it does, so that nobody takes
  /// what is known for all there is.
  Lsn durable_end(PartitionNo partition) const override;
  std::uint64_t bytes_behind(PartitionNo partition, Lsn checkpoint) const override;
  Sequence next_sequence(const Address& address) const override;
  void wait_durable(PartitionNo partition, Lsn after, std::chrono::milliseconds at_most) override;
  void release(PartitionNo partition, Lsn checkpoint) override;
  /// The newest stamp that was read. Where an hour has passed since, it appends a tick, which
  /// brings one when it is read.
  Time complete_until(PartitionNo partition) override;
  PartitionState partition_state(PartitionNo partition) const override;
  Result<void> health() const override;
  LogStats stats() const override;
  void close() override;

 private:
  friend class KafkaReader;

  struct Partition {
    std::mutex mutex;  // of the two below, and of the order in which they are appended
    const Lane* lane = nullptr;
    std::unordered_map<StreamNo, std::uint64_t> numbers;
    std::atomic<std::int64_t> end{0};  // known to be durable before it
    std::atomic<bool> is_end_unknown{false};
    std::atomic<std::int64_t> newest_stamp{0};  // microseconds
    std::atomic<std::int64_t> ticked_at{0};     // microseconds
    std::atomic<std::int64_t> released{0};      // by the batcher
    std::int64_t removed = 0;                   // of the keeper
  };
  /// Of a message that is on its way.
  struct Delivery {
    AppendSink* sink = nullptr;  // null: a tick
    Lane* lane = nullptr;
    std::uint64_t cookie = 0;
    StreamNo stream;
  };

  KafkaLog(KafkaSettings settings, LaneBook& lanes, Clock& clock);
  Result<void> start();
  Result<void> open_lane();

  void on_event(const std::string& text) noexcept override;
  void on_delivered(const rd_kafka_message_t& message) noexcept override;

  struct Offsets {
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };
  Result<Offsets> offsets(int index) const;
  std::string name_of(int index) const;
  Result<int> index_of(PartitionNo partition) const;
  int pick(const Entry& entry);
  Result<void> produce(int index, const RecordHead& head, const Entry& entry,
                       std::unique_ptr<Delivery> delivery);
  void tick(int index);
  void tell_results();
  void raise_end(int index, std::int64_t end) const;
  void note_stamp(int index, Time stamp);
  std::uint64_t bytes_of_a_record() const;
  bool ask_whether_brokers_answer() const;
  void write_lanes();
  void remove_released();

  void run_poller();
  void run_keeper();

  const KafkaSettings settings_;
  LaneBook& lane_book_;
  Clock& clock_;
  Client producer_;
  Topic topic_;
  FoundTopic found_;
  ConsumerPool consumers_;
  mutable std::deque<Partition> partitions_;

  std::atomic<Lane*> lane_{nullptr};  // null: it has ended, and the next one is not open yet
  std::deque<Lane> lanes_;            // all of this process; grown by the keeper under mutex_
  std::atomic<std::uint64_t> turn_{0};
  std::atomic<bool> answers_{true};
  std::atomic<bool> closing_{false};
  std::atomic<std::uint64_t> bytes_{0};  // of the records that were appended, for their average
  std::atomic<std::uint64_t> records_{0};

  // Of the poller.
  std::unordered_map<AppendSink*, std::vector<AppendResult>> results_;
  Histogram delivery_seconds_;

  mutable std::mutex mutex_;
  std::condition_variable keeper_wakes_;
  std::condition_variable durable_moved_;
  bool stopping_ = false;
  std::string newest_event_;

  std::thread poller_;
  std::thread keeper_;
};

}  // namespace weir::log::kafka
