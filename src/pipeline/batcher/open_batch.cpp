#include "pipeline/batcher/open_batch.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "fields/field_limits.hpp"

namespace weir::batcher {

Result<OpenBatch> OpenBatch::open(store::ObjectStore& store, const catalog::StreamView& view,
                                  const Opening& opening, const log::Record& first) {
  OpenBatch batch;
  batch.type_ = opening.type;
  batch.first_lsn_ = first.lsn;
  batch.first_received_at_ = first.received_at;
  batch.opened_at_ = opening.now;
  if (view.batch_age_s > 0) batch.age_max_ = std::chrono::seconds(view.batch_age_s);
  batch.row_.stream = opening.stream;
  batch.row_.partition = first.address.partition;
  batch.row_.day = day_of(first.received_at);
  batch.row_.hour = hour_of(first.received_at);
  batch.row_.first_sequence = first.address.sequence;
  batch.row_.last_sequence = Sequence{first.address.sequence.value - 1};
  batch.name_ = {.tenant = view.tenant,
                 .stream_id = view.id,
                 .day = batch.row_.day,
                 .hour = batch.row_.hour,
                 .partition = batch.row_.partition,
                 .first_sequence = batch.row_.first_sequence,
                 .claim = opening.claim,
                 .type = opening.type};
  batch.row_.path = store::object_key(batch.name_);
  batch.duplicates_.stream = batch.keys_.stream = opening.stream;
  batch.store_ = &store;
  WEIR_TRY(batch.writer_, store.create(batch.row_.path));
  return batch;
}

/// Called for each record, whether it is filed, a duplicate or quarantined.
void OpenBatch::account(const log::Record& record) {
  if (is_gapless(row_.partition)) {
    WEIR_ASSERT(record.address.sequence.value == row_.last_sequence.value + 1);
  } else {
    WEIR_ASSERT(record.address.sequence > row_.last_sequence);
    count_of_lane(record);
  }
  row_.last_sequence = record.address.sequence;
}

void OpenBatch::count_of_lane(const log::Record& record) {
  auto own = std::find_if(taken_.begin(), taken_.end(),
                          [&](const auto& taken) { return taken.lane == record.lane; });
  if (own == taken_.end())
    own = taken_.insert(
        own, {.lane = record.lane, .stream = row_.stream, .day = row_.day, .hour = row_.hour});
  ++own->records;
  own->next_number = record.number + 1;
}

Result<void> OpenBatch::take(const log::Record& record, Tools& tools) {
  if (record.type != type_) {
    quarantine(record, "the stream carries " + std::string(to_string(type_)) +
                           ", this payload was sent as " + std::string(to_string(record.type)));
    return {};
  }
  auto encoded = tools.encoder.encode(record);
  if (!encoded) {
    quarantine(record, std::move(encoded).error().message);
    return {};
  }
  account(record);
  WEIR_CHECK(writer_->write(*encoded));
  sha256_.update(*encoded);
  index_.add(record.address.sequence, row_.bytes);
  if (row_.records == 0) row_.first_received_at = record.received_at;
  row_.last_received_at = record.received_at;
  row_.bytes += encoded->size();
  ++row_.records;
  look_at(record, *encoded, tools);
  return {};
}

/// Only what stands in the file counts, so that shares are of the payloads that a query sees.
void OpenBatch::look_at(const log::Record& record, std::string_view encoded, Tools& tools) {
  if (!sketch_) sketch_ = std::make_shared<fields::Sketch>();
  ++sketch_->payloads;
  if (!sample_.wants(encoded.size())) return;
  const std::uint64_t before = sketch_->bytes();
  const bool has_room = tools.sketch_bytes < limits::sketch_held_bytes_max;
  tools.collector.collect(record.type, encoded, record.received_at, has_room, *sketch_);
  tools.sketch_bytes += sketch_->bytes() - before;
}

void OpenBatch::take_duplicate(const log::Record& record, Sequence of) {
  account(record);
  if (row_.duplicates == 0) duplicates_.first_received_at = record.received_at;
  duplicates_.last_received_at = record.received_at;
  ++row_.duplicates;
  duplicates_.pairs.push_back({record.address.sequence, of});
}

void OpenBatch::quarantine(const log::Record& record, std::string reason) {
  account(record);
  quarantined_bytes_ += record.body.size();
  ++row_.quarantined;
  quarantined_.push_back({.address = record.address,
                          .received_at = record.received_at,
                          .type = record.type,
                          .reason = std::move(reason),
                          .body = std::string(record.body)});
}

void OpenBatch::remember(const catalog::KeyPrint& print) {
  keys_.prints.push_back(print);
}

/// Writes the index first, so that every file in the manifest has its index.
Result<void> OpenBatch::publish() {
  if (index_.is_needed(row_.first_sequence, row_.last_sequence)) {
    WEIR_TRY(const auto index, store_->create(index_key(row_.path)));
    WEIR_CHECK(index->write(index_.encode()));
    WEIR_CHECK(index->publish());
  }
  return writer_->publish();
}

Result<ClosedBatch> OpenBatch::close(const QuarantineBounds& bounds) {
  ClosedBatch closed{.stream = row_.stream,
                     .type = type_,
                     .last_sequence = row_.last_sequence,
                     .file = std::nullopt,
                     .quarantined = std::move(quarantined_),
                     .bytes_for_catalog = quarantined_bytes_,
                     .duplicates = std::move(duplicates_),
                     .keys = std::move(keys_),
                     .fields = std::move(sketch_),
                     .taken = std::move(taken_)};
  if (quarantined_bytes_ > bounds.catalog_bytes_max) {
    WEIR_CHECK(put_bodies(*store_, name_, bounds.file_bytes_max, closed.quarantined));
    closed.bytes_for_catalog = 0;
  }
  if (row_.records > 0) {
    WEIR_CHECK(publish());
    row_.sha256 = sha256_.hex();
    closed.file = std::move(row_);
  }
  writer_.reset();
  return closed;
}

std::uint64_t OpenBatch::held_bytes() const {
  return quarantined_bytes_ + duplicates_.pairs.size() * sizeof(catalog::Duplicate) +
         keys_.prints.size() * sizeof(catalog::KeyPrint);
}

BatchShape OpenBatch::shape() const {
  return {.bytes = row_.bytes + quarantined_bytes_,
          .records = row_.records + row_.quarantined + row_.duplicates,
          .first_received_at = first_received_at_,
          .opened_at = opened_at_,
          .hour_end = row_.day + std::chrono::hours(row_.hour + 1),
          .age_max = age_max_};
}

bool OpenBatch::is_of_hour(Time received_at) const {
  return day_of(received_at) == row_.day && hour_of(received_at) == row_.hour;
}

}  // namespace weir::batcher
