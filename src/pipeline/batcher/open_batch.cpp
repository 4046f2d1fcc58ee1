#include "pipeline/batcher/open_batch.hpp"

#include "base/assert.hpp"

namespace weir::batcher {

Result<OpenBatch> OpenBatch::open(store::ObjectStore& store, const catalog::StreamView& view,
                                  const Opening& opening, const log::Record& first) {
  OpenBatch batch;
  batch.type_ = opening.type;
  batch.first_lsn_ = first.lsn;
  batch.first_received_at_ = first.received_at;
  batch.opened_at_ = opening.now;
  batch.row_.stream = opening.stream;
  batch.row_.partition = first.address.partition;
  batch.row_.day = day_of(first.received_at);
  batch.row_.hour = hour_of(first.received_at);
  batch.row_.first_sequence = first.address.sequence;
  batch.row_.last_sequence = Sequence{first.address.sequence.value - 1};
  batch.row_.path = store::object_key({.tenant = view.tenant,
                                       .stream_id = view.id,
                                       .day = batch.row_.day,
                                       .hour = batch.row_.hour,
                                       .partition = batch.row_.partition,
                                       .first_sequence = batch.row_.first_sequence,
                                       .type = opening.type});
  WEIR_TRY(batch.writer_, store.create(batch.row_.path));
  return batch;
}

Result<void> OpenBatch::take(const log::Record& record, RecordEncoder& encoder) {
  WEIR_ASSERT(record.address.sequence.value == row_.last_sequence.value + 1);
  row_.last_sequence = record.address.sequence;
  if (record.type != type_) {
    quarantine(record, "the stream carries " + std::string(to_string(type_)) +
                           ", this payload was sent as " + std::string(to_string(record.type)));
    return {};
  }
  auto encoded = encoder.encode(record);
  if (!encoded) {
    quarantine(record, std::move(encoded).error().message);
    return {};
  }
  WEIR_CHECK(writer_->write(*encoded));
  sha256_.update(*encoded);
  if (row_.records == 0) row_.first_received_at = record.received_at;
  row_.last_received_at = record.received_at;
  row_.bytes += encoded->size();
  ++row_.records;
  return {};
}

void OpenBatch::quarantine(const log::Record& record, std::string reason) {
  quarantined_bytes_ += record.body.size();
  ++row_.quarantined;
  quarantined_.push_back({record.address, record.received_at, record.type, std::move(reason),
                          std::string(record.body)});
}

Result<ClosedBatch> OpenBatch::close() {
  ClosedBatch closed{row_.stream, type_, row_.last_sequence, std::nullopt, std::move(quarantined_)};
  if (row_.records > 0) {
    WEIR_CHECK(writer_->publish());
    row_.sha256 = sha256_.hex();
    closed.file = std::move(row_);
  }
  writer_.reset();
  return closed;
}

BatchShape OpenBatch::shape() const {
  return {.bytes = row_.bytes + quarantined_bytes_,
          .records = row_.records + row_.quarantined,
          .first_received_at = first_received_at_,
          .opened_at = opened_at_,
          .hour_end = row_.day + std::chrono::hours(row_.hour + 1)};
}

bool OpenBatch::is_of_hour(Time received_at) const {
  return day_of(received_at) == row_.day && hour_of(received_at) == row_.hour;
}

}  // namespace weir::batcher
