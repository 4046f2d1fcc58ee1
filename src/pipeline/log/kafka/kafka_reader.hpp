#pragma once

#include <memory>
#include <string>

#include "pipeline/log/kafka/consumer_pool.hpp"
#include "pipeline/log/log.hpp"

namespace weir::log::kafka {

class KafkaLog;

/// Reads one partition of the topic. Ticks, and messages that others wrote, are passed over.
class KafkaReader final : public Reader {
 public:
  /// `log` outlives the reader.
  static Result<std::unique_ptr<Reader>> open(KafkaLog& log, int index, std::int64_t from);

  /// unavailable: the brokers do not answer, so it is not known whether there is more.
  Result<std::optional<Record>> next() override;
  Lsn position() const override { return {static_cast<std::uint64_t>(position_)}; }

 private:
  KafkaReader(KafkaLog& log, int index, std::int64_t from)
      : log_(log), index_(index), position_(from) {}
  Result<bool> at_end() const;
  Result<std::optional<Record>> record_of(const rd_kafka_message_t& message);
  std::string name() const;

  KafkaLog& log_;
  const int index_;
  std::int64_t position_;
  std::unique_ptr<ConsumerPool::Lent> partition_;
  Message held_;
  bool told_of_foreign_ = false;
};

}  // namespace weir::log::kafka
