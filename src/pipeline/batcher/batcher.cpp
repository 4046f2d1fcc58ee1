#include "pipeline/batcher/batcher.hpp"

#include <algorithm>
#include <thread>

#include "base/receipt.hpp"

namespace weir::batcher {
namespace {

constexpr std::uint64_t records_between_yields = 128;

std::string name_of(const Address& address) {
  return "stream no " + std::to_string(address.stream.value) + ", partition " +
         std::to_string(address.partition.value) + ", sequence " +
         std::to_string(address.sequence.value);
}

}  // namespace

Batcher::Batcher(log::Log& log, store::ObjectStore& store, BatchCatalog& manifest,
                 const BatcherSettings& settings)
    : log_(log),
      store_(store),
      batch_catalog_(manifest),
      settings_(settings),
      sealer_(store, manifest),
      keys_(settings.keys) {}

Result<Progress> Batcher::step(Time now) {
  auto progress = advance(now);
  if (!progress) return abandon(std::move(progress).error());
  if (stopped_) return fail(stopped_->error);
  return progress;
}

Result<Progress> Batcher::advance(Time now) {
  Progress progress;
  WEIR_CHECK(resume(now));
  const Time promised = log_.complete_until(settings_.partition);  // before reading, not after
  WEIR_CHECK(read_some(now, progress));
  WEIR_CHECK(close_due(now));
  WEIR_TRY(const auto batches, commit());
  progress.batches = batches.size();
  progress.more = !caught_up_;
  WEIR_CHECK(seal_due(complete_before(promised), progress));
  return progress;
}

Result<std::vector<catalog::Batch>> Batcher::flush(StreamNo stream, Time now) {
  auto batches = advance_to(log_.durable_end(settings_.partition), stream, now);
  if (!batches) return abandon(std::move(batches).error());
  // The records before the one that stopped us are filed, but flush()'s promise is not kept.
  if (stopped_) return fail(stopped_->error);
  return batches;
}

Result<std::vector<catalog::Batch>> Batcher::advance_to(Lsn end, StreamNo stream, Time now) {
  std::vector<catalog::Batch> flushed;
  bool reached = false;
  while (!reached) {
    Progress progress;
    WEIR_CHECK(resume(now));
    WEIR_CHECK(read_some(now, progress));
    reached = caught_up_ || stopped_ || last_lsn_ >= end;
    if (reached) {
      const auto open = open_by_stream_.find(stream);
      if (open != open_by_stream_.end()) WEIR_CHECK(close(open->second));
    }
    WEIR_CHECK(close_due(now));
    WEIR_TRY(auto batches, commit());
    for (catalog::Batch& batch : batches) {
      if (batch.stream == stream) flushed.push_back(std::move(batch));
    }
  }
  return flushed;
}

// -- Starting, and starting over

Failure Batcher::abandon(Error error) {
  start_over();
  if (error.code != Errc::conflict) return fail(std::move(error));
  return fail(Errc::unavailable,
              "another batcher took over partition " + std::to_string(settings_.partition.value) +
                  "; starting again from its checkpoint (" + error.message + ")");
}

void Batcher::start_over() {
  open_by_stream_.clear();
  open_.clear();
  closed_.clear();
  streams_.clear();
  reader_.reset();
  stopped_.reset();
  held_bytes_ = 0;
  tools_.sketch_bytes = 0;
  sealed_before_ = last_received_at_ = Time{};
  caught_up_ = false;
}

Result<void> Batcher::resume(Time now) {
  // The cause may be over; while no batch is open, trying again costs nothing.
  if (stopped_ && open_.empty()) start_over();
  if (reader_) return {};
  WEIR_TRY(checkpoint_, batch_catalog_.claim(settings_.partition));
  claim_ = {checkpoint_.version, now};
  WEIR_TRY(const auto positions, batch_catalog_.positions(settings_.partition));
  for (const auto& [stream, next] : positions) {
    streams_.emplace(stream, StreamState{next, next, next, std::nullopt});
  }
  if (!is_gapless(settings_.partition)) {
    WEIR_TRY(const auto counts, batch_catalog_.lane_counts(settings_.partition));
    for (const catalog::LaneCount& count : counts)
      if (const auto known = streams_.find(count.stream); known != streams_.end())
        known->second.next_numbers[count.lane] = count.next_number;
    WEIR_TRY(last_received_at_, batch_catalog_.sealed_until(settings_.partition));
  }
  if (settings_.keys.window.count() > 0) {
    WEIR_TRY(const auto prints,
             batch_catalog_.key_prints(settings_.partition, settings_.keys.keys_max));
    keys_.load(prints);
  }
  WEIR_TRY(reader_, log_.read_from(settings_.partition, checkpoint_.lsn));
  last_lsn_ = checkpoint_.lsn;
  return {};
}

// -- Reading

Result<void> Batcher::read_some(Time now, Progress& progress) {
  std::uint64_t bytes = 0;
  caught_up_ = false;
  while (progress.records < settings_.step_records && bytes < settings_.step_bytes) {
    const auto record = next_record();
    if (!record) return {};
    ++progress.records;
    bytes += record->body.size();
    WEIR_CHECK(take(*record, now));
    if (progress.records % records_between_yields == 0) yield_unless_behind();
  }
  return {};
}

/// Where cores are few, this lets requests run before the scheduler's next tick. Only in bursts:
/// under a load that does not end, giving way would let the log fill the disk.
void Batcher::yield_unless_behind() const {
  if (log_.bytes_behind(settings_.partition, last_lsn_) < limits::burst_bytes)
    std::this_thread::yield();
}

/// nullopt: no record can be read now. Where several stamp the records of a partition, their clocks
/// may differ: a record's time is at least that of the record before it.
std::optional<log::Record> Batcher::next_record() {
  std::optional<log::Record> record;
  if (!stopped_) {
    auto read = reader_->next();
    if (read) {
      record = *std::move(read);
      if (record) record->received_at = std::max(record->received_at, last_received_at_);
    } else {
      stop(std::move(read).error(), last_lsn_);
    }
  }
  caught_up_ = !record;
  return record;
}

void Batcher::stop(Error error, Lsn at) {
  stopped_ = Stopped{std::move(error), at};
}

Result<void> Batcher::take(const log::Record& record, Time now) {
  const Sequence sequence = record.address.sequence;
  const StreamState fresh{Sequence{1}, Sequence{1}, Sequence{1}, std::nullopt};
  StreamState& stream = streams_.try_emplace(record.address.stream, fresh).first->second;
  if (sequence < stream.replayed_below) {
    ++counted_.replayed;
  } else if (follows(record, stream)) {
    WEIR_CHECK(put(record, stream, now));
    if (stopped_) return {};
    stream.next = {sequence.value + 1};
  }
  if (stopped_) return {};
  last_lsn_ = record.lsn;
  last_received_at_ = record.received_at;
  return {};
}

/// Whether the record is the next one to be taken. Otherwise it repeats one, or reading stops.
bool Batcher::follows(const log::Record& record, StreamState& stream) {
  const bool gapless = is_gapless(settings_.partition);
  const Sequence sequence = record.address.sequence;
  if (gapless ? sequence != stream.next : sequence < stream.next) {
    stop({Errc::corrupt, name_of(record.address) + ": the log should hold sequence " +
                             std::to_string(stream.next.value) +
                             " here; batching stops, restore the log or the catalog"},
         record.lsn);
    return false;
  }
  if (gapless) return true;
  std::uint64_t& next = stream.next_numbers.try_emplace(record.lane, 1).first->second;
  if (record.number < next) {
    ++counted_.repeated;
    return false;
  }
  next = record.number + 1;
  return true;
}

Result<void> Batcher::put(const log::Record& record, StreamState& stream, Time now) {
  WEIR_TRY(const auto batch, batch_for(record, stream, now));
  if (stopped_) return {};
  const std::uint64_t before = batch->held_bytes();
  WEIR_CHECK(decide_and_take(record, *batch));
  held_bytes_ += batch->held_bytes() - before;
  const Roll roll = decide(batch->shape(), moment(now), settings_.roll);
  if (roll == Roll::by_bytes || roll == Roll::by_records) WEIR_CHECK(close(batch));
  if (held_bytes_ >= settings_.held_bytes_max) WEIR_CHECK(close_holding());
  return {};
}

/// Decides whether a record repeats an earlier one: before it enters a file, and in the order of
/// the log.
Result<void> Batcher::decide_and_take(const log::Record& record, OpenBatch& batch) {
  if (!keys_.looks_at(record)) return batch.take(record, tools_);
  const catalog::KeyPrint print = keys_.print_of(record);
  const auto [verdict, of] = keys_.decide(print);
  switch (verdict) {
    case KeyWindow::Verdict::fresh:
      batch.remember(print);
      return batch.take(record, tools_);
    case KeyWindow::Verdict::duplicate:
      batch.take_duplicate(record, of);
      return {};
    case KeyWindow::Verdict::other_body: {
      const Receipt receipt = encode_receipt({record.address.stream, record.address.partition, of});
      batch.quarantine(record,
                       "its Idempotency-Key came before with another body; that payload's "
                       "receipt is " +
                           std::string(view(receipt)));
      return {};
    }
  }
  return {};
}

/// The stream's open batch, or a new one; open_.end() when reading has stopped.
Result<Batcher::OpenBatches::iterator> Batcher::batch_for(const log::Record& record,
                                                          StreamState& stream, Time now) {
  const auto found = open_by_stream_.find(record.address.stream);
  if (found != open_by_stream_.end()) {
    if (found->second->is_of_hour(record.received_at)) return found->second;
    WEIR_CHECK(close(found->second));
  }
  WEIR_TRY(const auto view, batch_catalog_.stream(record.address.stream));
  if (!view) {
    stop({Errc::not_found, name_of(record.address) +
                               ": the catalog has no such stream; its records stay in the log and "
                               "hold up those behind them until the stream is restored"},
         record.lsn);
    return open_.end();
  }
  if (view->payload_type) stream.type = view->payload_type;
  if (!stream.type) stream.type = record.type;
  if (open_.size() >= settings_.open_batches_max) WEIR_CHECK(close(open_.begin()));
  WEIR_TRY(auto batch,
           OpenBatch::open(store_, *view, {record.address.stream, *stream.type, claim_.number, now},
                           record));
  open_.push_back(std::move(batch));
  const auto opened = std::prev(open_.end());
  open_by_stream_.emplace(record.address.stream, opened);
  return opened;
}

// -- Closing

RollMoment Batcher::moment(Time now) const {
  return {.now = now, .last_received_at = last_received_at_, .caught_up = caught_up_};
}

/// Less what the catalog holds, and what is about to be committed.
QuarantineBounds Batcher::quarantine_room() const {
  std::uint64_t held = batch_catalog_.quarantine_bytes();
  for (const ClosedBatch& closed : closed_)
    held += closed.bytes_for_catalog;
  QuarantineBounds room = settings_.quarantine;
  room.catalog_bytes_max -= std::min(held, room.catalog_bytes_max);
  return room;
}

Result<void> Batcher::close(OpenBatches::iterator batch) {
  held_bytes_ -= batch->held_bytes();
  tools_.sketch_bytes -= batch->sketch_bytes();
  WEIR_TRY(auto closed, batch->close(quarantine_room()));
  closed_.push_back(std::move(closed));
  open_by_stream_.erase(batch->stream());
  open_.erase(batch);
  return {};
}

Result<void> Batcher::close_due(Time now) {
  for (auto batch = open_.begin(); batch != open_.end();) {
    const auto next = std::next(batch);
    const Roll roll = decide(batch->shape(), moment(now), settings_.roll);
    if (roll != Roll::wait) WEIR_CHECK(close(batch));
    batch = next;
  }
  return {};
}

Result<void> Batcher::close_holding() {
  for (auto batch = open_.begin(); batch != open_.end();) {
    const auto next = std::next(batch);
    if (batch->held_bytes() > 0) WEIR_CHECK(close(batch));
    batch = next;
  }
  return {};
}

// -- Committing

/// The position before which every record is accounted for once the closed batches are committed.
Lsn Batcher::watermark() const {
  if (!open_.empty()) return open_.front().first_lsn();
  if (stopped_) return stopped_->at;
  // A commit of the log may be half read: its other records are read again later and dropped.
  return caught_up_ ? reader_->position() : last_lsn_;
}

catalog::BatchCommit Batcher::pending_commit() const {
  catalog::BatchCommit commit{.partition = settings_.partition,
                              .read = checkpoint_,
                              .checkpoint = std::max(checkpoint_.lsn, watermark()),
                              .positions = {},
                              .batches = {},
                              .fields = {},
                              .quarantined = {},
                              .duplicates = {},
                              .keys = {},
                              .forget_keys_before = forget_keys_before(),
                              .taken = {}};
  std::unordered_map<StreamNo, std::size_t> places;
  for (const ClosedBatch& closed : closed_) {
    const auto [place, fresh] = places.try_emplace(closed.stream, commit.positions.size());
    if (fresh) {
      const Sequence committed = streams_.at(closed.stream).committed;
      commit.positions.push_back({closed.stream, committed, committed, closed.type});
    }
    commit.positions[place->second].to = Sequence{closed.last_sequence.value + 1};
    if (closed.file) {
      commit.batches.push_back(*closed.file);
      if (closed.fields) commit.fields.push_back({closed.stream, closed.file->day, closed.fields});
    }
    commit.quarantined.insert(commit.quarantined.end(), closed.quarantined.begin(),
                              closed.quarantined.end());
    if (!closed.duplicates.pairs.empty()) commit.duplicates.push_back(closed.duplicates);
    if (!closed.keys.prints.empty()) commit.keys.push_back(closed.keys);
    commit.taken.insert(commit.taken.end(), closed.taken.begin(), closed.taken.end());
  }
  return commit;
}

/// A record that is not accounted for yet may match keys as old as the window. The catalog keeps no
/// more keys than fit into memory.
std::optional<Time> Batcher::forget_keys_before() const {
  if (settings_.keys.window.count() == 0) return std::nullopt;
  const Time next = open_.empty() ? last_received_at_ : open_.front().first_received_at();
  const Time closed_window = next - settings_.keys.window;
  const bool full = keys_.keys() >= keys_.keys_max();
  return full ? std::max(closed_window, keys_.oldest().value_or(closed_window)) : closed_window;
}

Result<std::vector<catalog::Batch>> Batcher::commit() {
  // A commit that moves only the checkpoint pays off only if the checkpoint then stays current.
  const bool only_move = closed_.empty() && open_.empty() && watermark() > checkpoint_.lsn;
  if (closed_.empty() && !only_move) return std::vector<catalog::Batch>();
  const catalog::BatchCommit commit = pending_commit();
  WEIR_TRY(checkpoint_, batch_catalog_.commit(commit));
  log_.release(settings_.partition, checkpoint_.lsn);
  return account(commit);
}

std::vector<catalog::Batch> Batcher::account(const catalog::BatchCommit& commit) {
  for (const auto& position : commit.positions) {
    streams_.at(position.stream).committed = position.to;
  }
  for (const catalog::Batch& batch : commit.batches) {
    ++counted_.batches;
    counted_.records += batch.records;
    counted_.bytes += batch.bytes;
  }
  counted_.quarantined += commit.quarantined.size();
  for (const catalog::Duplicates& run : commit.duplicates)
    counted_.duplicates += run.pairs.size();
  closed_.clear();
  return commit.batches;
}

// -- Sealing

/// No later record was received before it, and all earlier ones are committed.
Time Batcher::complete_before(Time promised) const {
  Time complete = last_received_at_;
  if (caught_up_ && !stopped_) complete = std::max(complete, promised);
  if (!open_.empty()) complete = std::min(complete, open_.front().first_received_at());
  return std::chrono::floor<std::chrono::hours>(complete);
}

Result<void> Batcher::seal_due(Time complete, Progress& progress) {
  if (complete <= sealed_before_) return {};
  WEIR_TRY(const auto sealed, sealer_.seal_some(settings_.partition, claim_, complete));
  counted_.hours_sealed += sealed.hours;
  if (sealed.more) {
    progress.more = true;
  } else {
    sealed_before_ = complete;
  }
  return {};
}

BatcherGauges Batcher::gauges(Time now) const {
  BatcherGauges gauges = counted_;
  gauges.keys = keys_.keys();
  gauges.keys_max = keys_.keys_max();
  gauges.keys_forgotten_early = keys_.forgotten_early();
  gauges.key_window = keys_.window();
  if (const auto oldest = keys_.oldest())
    gauges.oldest_key_age = std::max(now - *oldest, std::chrono::microseconds(0));
  gauges.open_batches = open_.size();
  if (!open_.empty()) {
    const auto age = now - open_.front().shape().first_received_at;
    gauges.oldest_unbatched_age = std::max(age, std::chrono::microseconds(0));
  }
  gauges.lag_bytes = log_.bytes_behind(settings_.partition, checkpoint_.lsn);
  return gauges;
}

}  // namespace weir::batcher
