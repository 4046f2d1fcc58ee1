// librdkafka fetches ahead on threads of its own, so an empty queue does not mean that all was
// read. The end of what is known to be durable does: it moves with each delivery, each fetch that
// came to the end, and each question about the end.
#include "pipeline/log/kafka/kafka_reader.hpp"

#include "pipeline/log/kafka/kafka_log.hpp"

namespace weir::log::kafka {
namespace {

constexpr std::chrono::milliseconds fetch_wait{100};
constexpr int fetch_tries = 100;

}  // namespace

Result<std::unique_ptr<Reader>> KafkaReader::open(KafkaLog& log, int index, std::int64_t from) {
  std::unique_ptr<KafkaReader> reader(new KafkaReader(log, index, from));
  WEIR_TRY(reader->partition_, log.consumers_.lend(index, from));
  return std::unique_ptr<Reader>(std::move(reader));
}

std::string KafkaReader::name() const {
  return "partition " + std::to_string(index_) + " of the topic " + log_.settings_.topic +
         ", offset " + std::to_string(position_);
}

Result<bool> KafkaReader::at_end() const {
  const auto& partition = log_.partitions_[static_cast<std::size_t>(index_)];
  if (position_ < partition.end.load()) return false;
  if (partition.is_end_unknown)
    return fail(Errc::unavailable, name() + ": no broker tells whether there is more");
  return true;
}

Result<std::optional<Record>> KafkaReader::next() {
  for (int tries = 0; tries < fetch_tries;) {
    WEIR_TRY(const bool caught_up, at_end());
    held_ = partition_->consume(caught_up ? std::chrono::milliseconds(0) : fetch_wait);
    if (!held_) {
      if (caught_up) return std::optional<Record>();
      if (!log_.answers_) break;
      ++tries;
      continue;
    }
    if (held_->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      position_ = std::max(position_, held_->offset);
      log_.raise_end(index_, held_->offset);
      continue;
    }
    if (held_->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return failure_of(name() + ": " + rd_kafka_message_errstr(held_.get()), held_->err);
    if (held_->offset < position_) continue;
    position_ = held_->offset + 1;
    log_.raise_end(index_, position_);
    WEIR_TRY(const auto record, record_of(*held_));
    if (record) return record;
  }
  return fail(Errc::unavailable, name() + ": no broker sends what stands there");
}

/// nullopt: it is no payload.
Result<std::optional<Record>> KafkaReader::record_of(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t stamped_by = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t millis = rd_kafka_message_timestamp(&message, &stamped_by);
  const Time stamp{std::chrono::milliseconds(std::max<std::int64_t>(millis, 0))};
  log_.note_stamp(index_, stamp);
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  const bool is_ours =
      rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
      rd_kafka_header_get_last(headers, record_header, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (!is_ours) {
    if (!told_of_foreign_)
      log_.on_event(name() + ": a message that Weir did not write; such messages are left out");
    told_of_foreign_ = true;
    return std::optional<Record>();
  }
  auto head = decode_record_head({static_cast<const char*>(value), size});
  if (!head) return fail(head.error().code, name() + ": " + head.error().message);
  if (head->is_tick()) return std::optional<Record>();
  const auto view = [](const void* at, std::size_t length) {
    return at == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(at), length);
  };
  return std::optional(
      Record{.lsn = {static_cast<std::uint64_t>(message.offset)},
             .address = {head->stream,
                         {static_cast<std::uint16_t>(first_kafka_partition + index_)},
                         {static_cast<std::uint64_t>(message.offset) + 1}},
             .received_at = stamp,
             .type = head->type,
             .idempotency_key = view(message.key, message.key_len),
             .body = view(message.payload, message.len),
             .lane = head->lane,
             .number = head->number});
}

}  // namespace weir::log::kafka
