// The simple consumer of librdkafka, without a consumer group: where reading resumes is in Weir's
// catalog, and which batcher reads a partition is a claim there (docs/formats/manifest.md). A
// client for each reader would cost some ten threads each.
#include "pipeline/log/kafka/consumer_pool.hpp"

#include "base/limits.hpp"

namespace weir::log::kafka {

Result<std::unique_ptr<ConsumerPool::Member>> ConsumerPool::make() const {
  WEIR_TRY(Conf conf, shared_conf(settings_, listener_));
  WEIR_CHECK(conf.set("enable.partition.eof", "true"));
  WEIR_CHECK(conf.set("enable.auto.commit", "false"));
  WEIR_CHECK(conf.set("auto.offset.reset", "error"));
  WEIR_CHECK(conf.set("isolation.level", "read_committed"));
  WEIR_CHECK(conf.set("check.crcs", "true"));
  WEIR_CHECK(conf.set("fetch.wait.max.ms", "50"));
  WEIR_CHECK(conf.set("fetch.error.backoff.ms", "100"));
  WEIR_CHECK(conf.set("fetch.max.bytes", std::to_string(16 * limits::mib)));
  WEIR_CHECK(conf.set("queued.max.messages.kbytes", "8192"));  // of each partition
  auto member = std::make_unique<Member>();
  WEIR_TRY(member->client, conf.make(RD_KAFKA_CONSUMER));
  member->topic.reset(rd_kafka_topic_new(member->client.get(), settings_.topic.c_str(), nullptr));
  if (!member->topic)
    return failure_of("The topic " + settings_.topic + " cannot be read", rd_kafka_last_error());
  return member;
}

Result<std::unique_ptr<ConsumerPool::Lent>> ConsumerPool::lend(int partition, std::int64_t offset) {
  const std::lock_guard lock(mutex_);
  Member* free = nullptr;
  for (const auto& member : members_)
    if (free == nullptr && !member->busy.contains(partition)) free = member.get();
  if (free == nullptr) {
    WEIR_TRY(auto made, make());
    free = members_.emplace_back(std::move(made)).get();
  }
  if (rd_kafka_consume_start(free->topic.get(), partition, offset) != 0)
    return failure_of("Partition " + std::to_string(partition) + " of the topic " +
                          settings_.topic + " cannot be read",
                      rd_kafka_last_error());
  free->busy.insert(partition);
  return std::make_unique<Lent>(*this, *free, partition);
}

ConsumerPool::Lent::~Lent() {
  rd_kafka_consume_stop(member_->topic.get(), partition_);
  const std::lock_guard lock(pool_->mutex_);
  member_->busy.erase(partition_);
}

Message ConsumerPool::Lent::consume(std::chrono::milliseconds wait) {
  return Message(
      rd_kafka_consume(member_->topic.get(), partition_, static_cast<int>(wait.count())));
}

}  // namespace weir::log::kafka
