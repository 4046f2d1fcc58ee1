#include "pipeline/log/kafka/kafka_log.hpp"

#include <condition_variable>
#include <cstdlib>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "env/real/system_clock.hpp"

/// On real brokers, whose addresses are in WEIR_KAFKA_BROKERS (tools/with_kafka); skipped where
/// there are none.
namespace weir::log::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr StreamNo orders{7};
constexpr StreamNo visits{8};

/// Lanes in memory.
class Book final : public LaneBook {
 public:
  Result<LaneNo> open_lane() override {
    const std::lock_guard lock(mutex_);
    return LaneNo{++opened_};
  }
  Result<void> acknowledge(LaneNo lane, std::span<const Acknowledged> counts) override {
    const std::lock_guard lock(mutex_);
    for (const Acknowledged& count : counts)
      counts_[{lane, count.partition, count.stream}] = count.records;
    return {};
  }
  std::uint64_t acknowledged(StreamNo stream) const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const auto& [key, records] : counts_)
      if (std::get<2>(key) == stream) sum += records;
    return sum;
  }

 private:
  mutable std::mutex mutex_;
  std::uint32_t opened_ = 0;
  std::map<std::tuple<LaneNo, PartitionNo, StreamNo>, std::uint64_t> counts_;
};

class Sink final : public AppendSink {
 public:
  void on_appended(std::span<const AppendResult> results) noexcept override {
    const std::lock_guard lock(mutex_);
    results_.insert(results_.end(), results.begin(), results.end());
    came_.notify_all();
  }
  std::vector<AppendResult> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(came_.wait_for(lock, seconds(30), [&] { return results_.size() >= count; }));
    return results_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<AppendResult> results_;
};

class KafkaLogTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* const brokers = std::getenv("WEIR_KAFKA_BROKERS");
    if (brokers == nullptr) GTEST_SKIP() << "no brokers: run this with tools/with_kafka";
    static int topics = 0;
    settings_.brokers = brokers;
    settings_.topic = "test-" + std::to_string(clock_.now().time_since_epoch().count()) + "-" +
                      std::to_string(++topics);
    settings_.partitions = 2;
    settings_.replicas = 1;
    open();
  }
  void open() {
    log_.reset();
    auto opened = KafkaLog::open(settings_, book_, clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = *std::move(opened);
  }
  void TearDown() override {
    if (log_) log_->close();
  }
  /// Waits until it is durable.
  Address send(StreamNo stream, const std::string& body, const std::string& key = {}) {
    Sink sink;
    const auto taken = log_->append({stream, PayloadType::json, key, body}, sink, 0);
    EXPECT_TRUE(taken) << taken.error().message;
    if (!taken) return {};
    const auto results = sink.wait_for(1);
    EXPECT_FALSE(results.at(0).error);
    return results.at(0).address;
  }
  std::unique_ptr<Reader> reader(PartitionNo partition, Lsn from = {}) {
    auto opened = log_->read_from(partition, from);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? *std::move(opened) : nullptr;
  }
  /// As any program has one.
  Client plain_client() const {
    Conf conf;
    EXPECT_TRUE(conf.set("bootstrap.servers", settings_.brokers));
    return *conf.make(RD_KAFKA_PRODUCER);
  }
  static std::vector<std::string> bodies(Reader& reader) {
    std::vector<std::string> out;
    for (;;) {
      const auto record = reader.next();
      EXPECT_TRUE(record) << record.error().message;
      if (!record || !*record) return out;
      out.emplace_back((*record)->body);
    }
  }

  SystemClock clock_;
  Book book_;
  KafkaSettings settings_;
  std::unique_ptr<KafkaLog> log_;
};

TEST_F(KafkaLogTest, WhatWasAcknowledgedIsReadBackWithAllThatBelongsToIt) {
  const Time before = clock_.now();
  const Address first = send(orders, "{\"n\":1}", "key");
  const Address second = send(orders, "{\"n\":2}", "key");
  EXPECT_EQ(first.partition, second.partition);
  EXPECT_LT(first.sequence, second.sequence);
  const auto from = reader(first.partition);
  const auto record = from->next();
  ASSERT_TRUE(record);
  ASSERT_TRUE(*record);
  EXPECT_EQ((*record)->address, first);
  EXPECT_EQ((*record)->body, "{\"n\":1}");
  EXPECT_EQ((*record)->idempotency_key, "key");
  EXPECT_EQ((*record)->type, PayloadType::json);
  EXPECT_EQ((*record)->lane, LaneNo{1});
  EXPECT_EQ((*record)->number, 1u);
  EXPECT_GE((*record)->received_at, before - milliseconds(2));
  EXPECT_LE((*record)->received_at, clock_.now() + milliseconds(2));
  EXPECT_THAT(bodies(*from), ElementsAre("{\"n\":2}"));
  EXPECT_EQ(from->position(), log_->durable_end(first.partition));
}

TEST_F(KafkaLogTest, ReadingResumesAtAnyRecord) {
  for (int i = 0; i < 5; ++i)
    send(orders, std::to_string(i), "key");
  const PartitionNo partition = send(orders, "5", "key").partition;
  EXPECT_THAT(bodies(*reader(partition, {4})), ElementsAre("4", "5"));
  EXPECT_THAT(bodies(*reader(partition, {6})), IsEmpty());
  const auto beyond = log_->read_from(partition, {7});
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, Errc::not_found);
  EXPECT_THAT(beyond.error().message, HasSubstr("was made anew"));
}

TEST_F(KafkaLogTest, AReaderThatWaitsSeesWhatComesLater) {
  const PartitionNo partition = send(orders, "0", "key").partition;
  const auto from = reader(partition);
  EXPECT_THAT(bodies(*from), ElementsAre("0"));
  EXPECT_THAT(bodies(*from), IsEmpty());
  send(orders, "1", "key");
  EXPECT_THAT(bodies(*from), ElementsAre("1"));
}

/// Each is read by a reader of its own while others read the same partition.
TEST_F(KafkaLogTest, AnotherProcessSeesAtOnceWhatWasAcknowledged) {
  auto other = KafkaLog::open(settings_, book_, clock_);
  ASSERT_TRUE(other) << other.error().message;
  std::map<PartitionNo, std::unique_ptr<Reader>> readers;
  for (const PartitionNo partition : (*other)->partitions())
    readers[partition] = *(*other)->read_from(partition, {});
  for (int i = 0; i < 20; ++i) {
    const Address at = send(orders, std::to_string(i), "key");
    static_cast<void>((*other)->durable_end(at.partition));
    EXPECT_THAT(bodies(*readers[at.partition]), ElementsAre(std::to_string(i)));
  }
}

TEST_F(KafkaLogTest, ManyFromManyThreadsAreThereOnceInTheOrderOfTheirNumbers) {
  constexpr int threads = 4;
  constexpr int each = 5000;
  Sink sink;
  std::vector<std::thread> senders;
  for (int t = 0; t < threads; ++t)
    senders.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        const std::string body = std::to_string(t * each + i);
        const Entry entry{i % 3 == 0 ? visits : orders, PayloadType::json, {}, body};
        while (!log_->append(entry, sink, static_cast<std::uint64_t>(t * each + i)))
          std::this_thread::sleep_for(milliseconds(1));
      }
    });
  for (std::thread& sender : senders)
    sender.join();
  std::map<Address, std::uint64_t> acknowledged;
  for (const AppendResult& result : sink.wait_for(std::size_t{threads} * each)) {
    ASSERT_FALSE(result.error);
    acknowledged[result.address] = result.cookie;
  }
  ASSERT_THAT(acknowledged, SizeIs(std::size_t{threads} * each));
  std::map<std::pair<PartitionNo, StreamNo>, std::uint64_t> numbers;
  for (const PartitionNo partition : log_->partitions()) {
    const auto from = reader(partition);
    for (auto record = from->next(); record && *record; record = from->next()) {
      const auto found = acknowledged.find((*record)->address);
      ASSERT_NE(found, acknowledged.end());
      EXPECT_EQ(std::to_string(found->second), (*record)->body);
      acknowledged.erase(found);
      std::uint64_t& number = numbers[{partition, (*record)->address.stream}];
      EXPECT_EQ((*record)->number, ++number);
    }
  }
  EXPECT_THAT(acknowledged, IsEmpty());
  log_->close();
  EXPECT_EQ(book_.acknowledged(orders) + book_.acknowledged(visits), std::uint64_t{threads} * each);
}

TEST_F(KafkaLogTest, APayloadOfTheGreatestSizeFits) {
  std::string large(limits::payload_bytes_ceiling, ' ');
  large.front() = '1';
  const Address at = send(orders, large);
  const auto record = reader(at.partition)->next();
  ASSERT_TRUE(record) << record.error().message;
}

TEST_F(KafkaLogTest, AnIdlePartitionTellsThatAnHourIsOverByATick) {
  const PartitionNo partition = log_->partitions().front();
  EXPECT_EQ(log_->complete_until(partition), Time{}) << "nothing was read yet";
  const auto from = reader(partition);
  for (int tries = 0; tries < 100 && log_->complete_until(partition) == Time{}; ++tries) {
    static_cast<void>(log_->durable_end(partition));
    EXPECT_THAT(bodies(*from), IsEmpty());
    std::this_thread::sleep_for(milliseconds(50));
  }
  EXPECT_GT(log_->complete_until(partition), clock_.now() - std::chrono::minutes(1));
  EXPECT_EQ(from->position(), Lsn{1});
}

TEST_F(KafkaLogTest, ATopicThatWouldLoseRecordsIsRefusedWithWhatToDo) {
  KafkaSettings other = settings_;
  other.topic += "-other";
  other.brokers = settings_.brokers;
  char why[256];
  const Client client = plain_client();
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(other.topic.c_str(), 1, 1, why, sizeof why);
  rd_kafka_NewTopic_set_config(topic, "retention.ms", "60000");
  const Queue queue(rd_kafka_queue_new(client.get()));
  rd_kafka_CreateTopics(client.get(), &topic, 1, nullptr, queue.get());
  const Event made(rd_kafka_queue_poll(queue.get(), 20'000));
  rd_kafka_NewTopic_destroy(topic);
  auto opened = KafkaLog::open(other, book_, clock_);
  for (int tries = 0; tries < 50 && !opened && opened.error().code != Errc::conflict; ++tries) {
    std::this_thread::sleep_for(milliseconds(100));
    opened = KafkaLog::open(other, book_, clock_);
  }
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::conflict) << opened.error().message;
  EXPECT_THAT(opened.error().message,
              HasSubstr("--add-config max.message.bytes=5308416,"
                        "message.timestamp.type=LogAppendTime,retention.ms=-1"));
}

TEST_F(KafkaLogTest, WhatIsInFilesIsRemovedFromTheTopicAndNothingElse) {
  Address last;
  for (int i = 0; i < 10; ++i)
    last = send(orders, std::to_string(i), "key");
  ASSERT_TRUE(delete_records(plain_client().get(), settings_.topic,
                             {{last.partition.value - first_kafka_partition, 6}}));
  const auto gone = log_->read_from(last.partition, {5});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::not_found);
  EXPECT_THAT(bodies(*reader(last.partition, {6})), ElementsAre("6", "7", "8", "9"));
}

/// Brokers hear of a new topic one after the other.
TEST_F(KafkaLogTest, ATopicThatTwoProcessesMakeAtTheSameTimeIsThereForBoth) {
  for (int round = 0; round < 4; ++round) {
    KafkaSettings other = settings_;
    other.topic += "-" + std::to_string(round);
    std::vector<std::string> errors(2);
    std::vector<std::thread> processes;
    for (std::string& error : errors)
      processes.emplace_back([&] {
        const auto opened = KafkaLog::open(other, book_, clock_);
        if (!opened) error = opened.error().message;
      });
    for (std::thread& process : processes)
      process.join();
    EXPECT_THAT(errors, ElementsAre("", ""));
  }
}

TEST_F(KafkaLogTest, APropertyThatWeirRestsOnIsRefused) {
  KafkaSettings other = settings_;
  other.properties["acks"] = "1";
  auto opened = KafkaLog::open(other, book_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("acks is set by Weir itself"));
  other.properties = {{"no.such", "1"}};
  opened = KafkaLog::open(other, book_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("no.such"));
}

TEST_F(KafkaLogTest, WhereNoBrokerAnswersTheStartSaysWhichAreMeant) {
  KafkaSettings other = settings_;
  other.brokers = "127.0.0.1:1";
  const auto opened = KafkaLog::open(other, book_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::unavailable);
  EXPECT_THAT(opened.error().message, HasSubstr("Kafka at 127.0.0.1:1"));
}

}  // namespace
}  // namespace weir::log::kafka
