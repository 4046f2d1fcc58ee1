// The name of a part is made of its first sequence and of the file's fingerprint, so that an object
// of that name has these bytes and no others: one who has lost his lease, and does not know it yet,
// cannot put another one in its place.
#include "pipeline/courier/landed_batches.hpp"

#include <cinttypes>
#include <cstdio>
#include <utility>

#include "base/limits.hpp"
#include "base/receipt.hpp"
#include "pipeline/courier/file_courier.hpp"
#include "pipeline/courier/formats/delimited_rows.hpp"
#include "xml/cbor_write.hpp"
#include "xml/ingest_pack.hpp"

namespace weir::courier {
namespace {

std::string key_of(const std::string& tenant, const std::string& stream_id, Day day, Sequence first,
                   const std::string& fingerprint, bool cbor) {
  char name[64];
  std::snprintf(name, sizeof name, "landed-%016" PRIx64 "-%.16s.%s", first.value,
                fingerprint.c_str(), cbor ? "cbor" : "ndjson");
  return "ingest/stream/" + tenant + "/" + stream_id + "/" + weir::to_string(day) + "/" + name;
}

}  // namespace

LandedBatches::LandedBatches(catalog::Catalog& catalog, store::ObjectStore& store, Subject subject)
    : catalog_(catalog), store_(store), subject_(std::move(subject)) {}

Result<RecordSink*> LandedBatches::begin(const std::string& member, const LandAs& land_as) {
  member_ = member;
  tag_ = land_as.tag;
  cbor_ = is_cbor(land_as.type);
  next_record_ = 1;
  WEIR_TRY(stream_, catalog_.landings().stream_for(subject_.courier, land_as.tag,
                                                   cbor_ ? PayloadType::xml : PayloadType::json));
  if (!next_.contains(stream_.no)) {
    WEIR_TRY(const Sequence next, catalog_.landings().next_sequence(stream_.no));
    next_.emplace(stream_.no, next);
  }
  return static_cast<RecordSink*>(this);
}

Result<void> LandedBatches::end() {
  return writer_ ? publish() : Result<void>();
}

Result<void> LandedBatches::open_part() {
  const Sequence first = next_.at(stream_.no);
  part_ = {.member = member_, .first_record = next_record_, .tag = tag_, .batch = {}};
  catalog::Batch& batch = part_.batch;
  batch.stream = stream_.no;
  batch.partition = catalog::landing_partition;
  batch.day = subject_.day;
  batch.first_sequence = first;
  batch.first_received_at = batch.last_received_at = subject_.day;
  batch.path =
      key_of(subject_.tenant, stream_.id, subject_.day, first, subject_.fingerprint, cbor_);
  index_ = {};
  sum_.restart();
  sample_ = {};
  part_.fields = std::make_shared<fields::Sketch>();
  WEIR_TRY(writer_, store_.create(batch.path));
  return {};
}

Result<void> LandedBatches::record(std::string_view bytes) {
  bytes_.clear();
  if (cbor_) {
    const Receipt receipt =
        encode_receipt({stream_.no, catalog::landing_partition, next_.at(stream_.no)});
    xml::append_record_head(bytes_, {view(receipt), Time(subject_.day), "application/xml"});
    bytes_ += bytes;
  } else {
    bytes_.append(bytes).append("\n");
  }
  if (!writer_) WEIR_CHECK(open_part());
  ++part_.fields->payloads;
  if (sample_.wants(bytes_.size()))
    collector_.collect(cbor_ ? PayloadType::xml : PayloadType::json, bytes_, Time(subject_.day),
                       true, *part_.fields);
  return write(bytes_);
}

/// A text where an object belongs: it cannot be taken for a record, and says what was there.
Result<void> LandedBatches::unreadable(std::string_view why) {
  ++unreadable_;
  bytes_.clear();
  if (cbor_) {
    xml::append_text(bytes_, why);
  } else {
    append_json_string(bytes_, why);
    bytes_ += '\n';
  }
  return write(bytes_);
}

Result<void> LandedBatches::write(std::string_view bytes) {
  if (subject_.stop.stop_requested())
    return fail(Errc::unavailable, "Landing was stopped before the file was whole.");
  if (!writer_) WEIR_CHECK(open_part());
  catalog::Batch& batch = part_.batch;
  Sequence& next = next_.at(stream_.no);
  WEIR_CHECK(writer_->write(bytes));
  sum_.update(bytes);
  index_.add(next, batch.bytes);
  batch.last_sequence = next;
  batch.bytes += bytes.size();
  ++batch.records;
  ++next.value;
  ++next_record_;
  const bool full = batch.bytes >= weir::limits::batch_bytes_default ||
                    batch.records >= weir::limits::batch_records_max;
  return full ? publish() : Result<void>();
}

/// The index first, so that every file in the manifest has its index.
Result<void> LandedBatches::publish() {
  catalog::Batch& batch = part_.batch;
  if (index_.is_needed(batch.first_sequence, batch.last_sequence)) {
    WEIR_TRY(const auto index, store_.create(index_key(batch.path)));
    WEIR_CHECK(index->write(index_.encode()));
    WEIR_CHECK(index->publish());
  }
  WEIR_CHECK(writer_->publish());
  writer_.reset();
  batch.sha256 = sum_.hex();
  batches_.push_back(std::exchange(part_, {}));
  return {};
}

}  // namespace weir::courier
