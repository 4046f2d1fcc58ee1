#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "catalog/batch_rows.hpp"
#include "catalog/batches.hpp"
#include "catalog/database.hpp"
#include "catalog/lane_rows.hpp"
#include "catalog/packed_records.hpp"
#include "catalog/quarantine_rows.hpp"
#include "catalog/statement.hpp"
#include "catalog/stream_field_rows.hpp"
#include "catalog/usage_rows.hpp"

// The one transaction that makes batches visible (docs/formats/manifest.md).
//
// Checkpoint and positions move by compare-and-set, so the commit itself is the fence between two
// batchers. No lease is needed, and none can be lost between a check and the commit. A commit is
// first checked for contradictions: otherwise conservation would find them much later, when the log
// has released its records.
namespace weir::catalog {
namespace {

Failure moved(const std::string& what) {
  return fail(Errc::conflict, what +
                                  " has moved since it was read: another batcher has taken over. "
                                  "Read the checkpoint again and resume from there.");
}

std::string name_of(const BatchCommit::Position& position) {
  return "stream number " + std::to_string(position.stream.value);
}

using Positions = std::unordered_map<StreamNo, const BatchCommit::Position*>;

/// Whether this commit accounts for [first, last] of the stream, and no earlier one did.
bool covers(const Positions& positions, StreamNo stream, Sequence first, Sequence last) {
  const auto found = positions.find(stream);
  return found != positions.end() && found->second->from <= first && last < found->second->to;
}

/// Conservation for one file. Where places may be left out, the lanes say how many records it is
/// of.
bool adds_up(const Batch& batch) {
  const std::uint64_t range = batch.last_sequence.value - batch.first_sequence.value + 1;
  const std::uint64_t accounted = batch.records + batch.quarantined + batch.duplicates;
  return batch.first_sequence <= batch.last_sequence &&
         (is_gapless(batch.partition) ? accounted == range : accounted <= range);
}

Result<void> check_sequences(const BatchCommit& commit, const Positions& positions) {
  const auto inside = [&](StreamNo stream, Sequence at) {
    return covers(positions, stream, at, at);
  };
  for (const Quarantined& record : commit.quarantined)
    if (const Address& at = record.address;
        at.partition != commit.partition || !inside(at.stream, at.sequence))
      return fail(Errc::internal, "A quarantined record is outside the positions of its commit.");
  for (const Duplicates& run : commit.duplicates)
    for (const Duplicate& pair : run.pairs)
      if (!inside(run.stream, pair.sequence) || pair.of >= pair.sequence)
        return fail(Errc::internal,
                    "A duplicate is outside the positions of its commit, or of a later record.");
  for (const KeyPrints& run : commit.keys)
    for (const KeyPrint& print : run.prints)
      if (print.stream != run.stream || !inside(run.stream, print.sequence))
        return fail(Errc::internal,
                    "An idempotency key's print is outside the positions of its commit.");
  return {};
}

/// A refusal here is a bug of the batcher, found before it reaches the disk.
Result<void> check(const BatchCommit& commit) {
  if (commit.checkpoint < commit.read.lsn)
    return fail(Errc::internal, "A batch commit would move the checkpoint backwards.");
  Positions positions;
  for (const auto& position : commit.positions) {
    if (position.to < position.from || !positions.emplace(position.stream, &position).second)
      return fail(Errc::internal,
                  "A batch commit would move " + name_of(position) + " backwards, or twice.");
  }
  for (const Batch& batch : commit.batches)
    if (batch.partition != commit.partition || !adds_up(batch) ||
        !covers(positions, batch.stream, batch.first_sequence, batch.last_sequence))
      return fail(Errc::internal,
                  "The manifest row of " + batch.path +
                      " does not add up: records + quarantined + duplicates must be the length of "
                      "its range, "
                      "and its range inside the positions of its commit.");
  return check_sequences(commit, positions);
}

Result<Checkpoint> move_checkpoint(soci::session& session, const BatchCommit& commit) {
  Statement begin(session,
                  "INSERT INTO partition_checkpoints (partition_no, lsn, version)"
                  " VALUES (:partition, 0, 0) ON CONFLICT DO NOTHING");
  WEIR_CHECK(begin.bind(commit.partition).run());
  Statement update(session,
                   "UPDATE partition_checkpoints SET lsn = :lsn, version = version + 1"
                   " WHERE partition_no = :partition AND version = :version AND lsn = :read");
  update.bind(commit.checkpoint).bind(commit.partition);
  update.bind(commit.read.version).bind(commit.read.lsn);
  WEIR_TRY(const auto changed, update.run());
  if (changed == 0)
    return moved("The checkpoint of partition " + std::to_string(commit.partition.value));
  return Checkpoint{commit.checkpoint, commit.read.version + 1};
}

Result<void> move_position(soci::session& session, PartitionNo partition,
                           const BatchCommit::Position& position) {
  Statement begin(session,
                  "INSERT INTO stream_positions (partition_no, stream_no, next_sequence)"
                  " VALUES (:partition, :stream, 1) ON CONFLICT DO NOTHING");
  WEIR_CHECK(begin.bind(partition).bind(position.stream).run());
  Statement update(session,
                   "UPDATE stream_positions SET next_sequence = :to WHERE partition_no = :partition"
                   " AND stream_no = :stream AND next_sequence = :from");
  update.bind(position.to).bind(partition).bind(position.stream).bind(position.from);
  WEIR_TRY(const auto changed, update.run());
  if (changed == 0) return moved("The position of " + name_of(position));
  return {};
}

/// Whether the stream had no type yet.
Result<bool> bind_type(soci::session& session, const BatchCommit::Position& position) {
  Statement update(session,
                   "UPDATE streams SET payload_type = :type WHERE no = :no"
                   " AND payload_type IS NULL");
  WEIR_TRY(const auto changed, update.bind(position.type).bind(position.stream).run());
  return changed > 0;
}

/// In pieces, so that a receipt is looked up in a few kilobytes.
Result<void> insert(soci::session& session, PartitionNo partition, const Duplicates& run) {
  for (std::size_t begin = 0; begin < run.pairs.size(); begin += duplicates_a_row) {
    const std::size_t end = std::min(begin + duplicates_a_row, run.pairs.size());
    Statement insert(session,
                     "INSERT INTO duplicates (stream_no, partition_no, first_sequence,"
                     " last_sequence, records, pairs) VALUES (:stream, :partition, :first, :last,"
                     " :records, :pairs)");
    insert.bind(run.stream).bind(partition).bind(run.pairs[begin].sequence);
    insert.bind(run.pairs[end - 1].sequence).bind(end - begin);
    insert.bind_bytes(encode_duplicates({run.pairs.data() + begin, end - begin}));
    WEIR_CHECK(insert.run());
  }
  return {};
}

Result<void> insert(soci::session& session, PartitionNo partition, const KeyPrints& run) {
  if (run.prints.empty()) return {};
  Statement insert(session,
                   "INSERT INTO idempotency_keys (partition_no, stream_no, last_received_at,"
                   " records, prints) VALUES (:partition, :stream, :last, :records, :prints)");
  insert.bind(partition).bind(run.stream).bind(run.prints.back().received_at);
  insert.bind(run.prints.size()).bind_bytes(encode_prints(run.prints));
  WEIR_CHECK(insert.run());
  return {};
}

/// The hours of the commit's rows, each with the range that the commit adds.
std::vector<Hour> touched_hours(const BatchCommit& commit) {
  std::map<std::tuple<StreamNo, Day, int>, Hour> hours;
  const auto add = [&](const Hour& part) {
    const auto [place, fresh] = hours.try_emplace({part.stream, part.day, part.hour}, part);
    if (fresh) return;
    Hour& hour = place->second;
    hour.first_sequence = std::min(hour.first_sequence, part.first_sequence);
    hour.last_sequence = std::max(hour.last_sequence, part.last_sequence);
    hour.first_received_at = std::min(hour.first_received_at, part.first_received_at);
    hour.last_received_at = std::max(hour.last_received_at, part.last_received_at);
  };
  const auto part = [&](StreamNo stream, Sequence first, Sequence last, Time from, Time to) {
    return Hour{.stream = stream,
                .partition = commit.partition,
                .day = day_of(from),
                .hour = hour_of(from),
                .first_sequence = first,
                .last_sequence = last,
                .first_received_at = from,
                .last_received_at = to};
  };
  for (const Batch& batch : commit.batches) {
    Hour hour = part(batch.stream, batch.first_sequence, batch.last_sequence,
                     batch.first_received_at, batch.last_received_at);
    hour.day = batch.day;
    hour.hour = batch.hour;
    add(hour);
  }
  for (const Quarantined& one : commit.quarantined)
    add(part(one.address.stream, one.address.sequence, one.address.sequence, one.received_at,
             one.received_at));
  for (const Duplicates& run : commit.duplicates)
    if (!run.pairs.empty())
      add(part(run.stream, run.pairs.front().sequence, run.pairs.back().sequence,
               run.first_received_at, run.last_received_at));
  for (const TakenOfLane& taken : commit.taken)
    if (const auto found = hours.find({taken.stream, taken.day, taken.hour}); found != hours.end())
      found->second.taken += taken.records;
  std::vector<Hour> out;
  out.reserve(hours.size());
  for (auto& [key, hour] : hours)
    out.push_back(std::move(hour));
  return out;
}

/// What the commit adds to the days of its streams.
std::map<std::pair<StreamNo, Day>, Used> used_by_day(const BatchCommit& commit,
                                                     const std::vector<Hour>& hours) {
  std::map<std::pair<StreamNo, Day>, Used> days;
  for (const Hour& hour : hours)
    days[{hour.stream, hour.day}].payloads += hour.accepted();
  for (const Batch& batch : commit.batches) {
    Used& used = days[{batch.stream, batch.day}];
    used.bytes += batch.bytes;
    ++used.files;
  }
  for (const Quarantined& one : commit.quarantined)
    ++days[{one.address.stream, day_of(one.received_at)}].quarantined;
  for (const Duplicates& run : commit.duplicates)
    if (!run.pairs.empty())
      days[{run.stream, day_of(run.first_received_at)}].duplicates += run.pairs.size();
  return days;
}

/// An hour's range only grows; a sealed hour's does not change.
Result<void> extend(soci::session& session, const Hour& hour) {
  Statement upsert(
      session,
      "INSERT INTO hours (stream_no, partition_no, day, hour, first_sequence, last_sequence,"
      " first_received_at, last_received_at, taken) VALUES (:stream, :partition, :day, :hour,"
      " :first, :last, :first_at, :last_at, :taken)"
      " ON CONFLICT (stream_no, partition_no, day, hour) DO UPDATE"
      " SET last_sequence = excluded.last_sequence, last_received_at = excluded.last_received_at,"
      " taken = hours.taken + excluded.taken"
      " WHERE hours.manifest_path IS NULL AND hours.last_sequence < excluded.first_sequence");
  upsert.bind(hour.stream).bind(hour.partition).bind(hour.day).bind(hour.hour);
  upsert.bind(hour.first_sequence).bind(hour.last_sequence);
  upsert.bind(hour.first_received_at).bind(hour.last_received_at).bind(hour.taken);
  WEIR_TRY(const auto changed, upsert.run());
  if (changed == 0)
    return fail(Errc::internal, "A batch commit would add records to " + weir::to_string(hour.day) +
                                    " hour " + std::to_string(hour.hour) +
                                    ", which is sealed or accounts for them already.");
  return {};
}

Result<void> forget_keys(soci::session& session, PartitionNo partition, Time before) {
  Statement forget(session,
                   "DELETE FROM idempotency_keys WHERE partition_no = :partition"
                   " AND last_received_at < :before");
  WEIR_CHECK(forget.bind(partition).bind(before).run());
  return {};
}

/// What its rows say of single records, and of its hours.
Result<void> insert_records(soci::session& session, const BatchCommit& commit) {
  WEIR_CHECK(insert_quarantined(session, commit.quarantined));
  for (const Duplicates& run : commit.duplicates)
    WEIR_CHECK(insert(session, commit.partition, run));
  for (const KeyPrints& run : commit.keys)
    WEIR_CHECK(insert(session, commit.partition, run));
  for (const TakenOfLane& taken : commit.taken)
    WEIR_CHECK(add_taken(session, commit.partition, taken));
  const std::vector<Hour> hours = touched_hours(commit);
  for (const Hour& hour : hours)
    WEIR_CHECK(extend(session, hour));
  for (const auto& [key, used] : used_by_day(commit, hours))
    WEIR_CHECK(add_used(session, key.first, key.second, used));
  if (commit.forget_keys_before)
    return forget_keys(session, commit.partition, *commit.forget_keys_before);
  return {};
}

}  // namespace

Result<void> insert_batch(soci::session& session, const Batch& batch) {
  Statement insert(session,
                   "INSERT INTO batches (path, stream_no, partition_no, day, hour, first_sequence,"
                   " last_sequence, records, quarantined, duplicates, bytes, sha256,"
                   " first_received_at, last_received_at) VALUES (:path, :stream, :partition, :day,"
                   " :hour, :first, :last, :records, :quarantined, :duplicates, :bytes, :sha256,"
                   " :first_at, :last_at)");
  insert.bind(batch.path).bind(batch.stream).bind(batch.partition).bind(batch.day);
  insert.bind(batch.hour).bind(batch.first_sequence).bind(batch.last_sequence);
  insert.bind(batch.records).bind(batch.quarantined).bind(batch.duplicates);
  insert.bind(batch.bytes).bind(batch.sha256);
  insert.bind(batch.first_received_at).bind(batch.last_received_at);
  if (auto done = insert.run(); !done)
    return fail_while("Writing the manifest row of " + batch.path, std::move(done).error());
  return {};
}

Result<Checkpoint> Batches::claim(PartitionNo partition) {
  return database_.write([&](soci::session& session) -> Result<Checkpoint> {
    Statement claim(session,
                    "INSERT INTO partition_checkpoints (partition_no, lsn, version)"
                    " VALUES (:partition, 0, 1) ON CONFLICT (partition_no) DO UPDATE"
                    " SET version = partition_checkpoints.version + 1 RETURNING lsn, version");
    Checkpoint claimed;
    claim.bind(partition).into(claimed.lsn).into(claimed.version);
    WEIR_TRY(const auto found, first(claim, claimed));
    if (!found) return fail(Errc::internal, "The catalog answered nothing to a claim.");
    return *found;
  });
}

Result<Checkpoint> Batches::commit(const BatchCommit& commit) {
  WEIR_CHECK(check(commit));
  auto committed = database_.write_and_maybe_publish(
      [&](soci::session& session, bool& publish) -> Result<Checkpoint> {
        WEIR_TRY(const Checkpoint checkpoint, move_checkpoint(session, commit));
        for (const auto& position : commit.positions) {
          WEIR_CHECK(move_position(session, commit.partition, position));
          WEIR_TRY(const bool bound, bind_type(session, position));
          publish = publish || bound;
        }
        for (const Batch& batch : commit.batches)
          WEIR_CHECK(insert_batch(session, batch));
        for (const auto& [stream, day, sketch] : commit.fields)
          WEIR_CHECK(merge_fields(session, stream, day, *sketch, database_.now()));
        WEIR_CHECK(insert_records(session, commit));
        return checkpoint;
      });
  if (!committed) return committed;
  for (const Quarantined& record : commit.quarantined)
    count(record, record.stored.path.empty() ? record.body.size() : record.stored.bytes,
          Counted::added);
  return committed;
}

}  // namespace weir::catalog
