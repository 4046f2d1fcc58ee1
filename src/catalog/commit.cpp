#include <unordered_map>

#include "catalog/batches.hpp"
#include "catalog/database.hpp"
#include "catalog/statement.hpp"

/// The one transaction that makes batches visible (docs/formats/manifest.md).
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

/// Whether [first, last] of the stream is accounted for by this commit and was not before.
bool covers(const Positions& positions, StreamNo stream, Sequence first, Sequence last) {
  const auto found = positions.find(stream);
  return found != positions.end() && found->second->from <= first && last < found->second->to;
}

/// The law of conservation for one file.
bool adds_up(const Batch& batch) {
  return batch.first_sequence <= batch.last_sequence &&
         batch.records + batch.quarantined ==
             batch.last_sequence.value - batch.first_sequence.value + 1;
}

/// What is refused here is a bug of the batcher's, found before it reaches the disk.
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
                      " does not add up: records + quarantined must be the length of its range, "
                      "and its range inside the positions of its commit.");
  for (const Quarantined& record : commit.quarantined)
    if (const Address& at = record.address;
        at.partition != commit.partition || !covers(positions, at.stream, at.sequence, at.sequence))
      return fail(Errc::internal, "A quarantined record is outside the positions of its commit.");
  return {};
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

/// Whether the stream was still open.
Result<bool> bind_type(soci::session& session, const BatchCommit::Position& position) {
  Statement update(session,
                   "UPDATE streams SET payload_type = :type WHERE no = :no"
                   " AND payload_type IS NULL");
  WEIR_TRY(const auto changed, update.bind(position.type).bind(position.stream).run());
  return changed > 0;
}

Result<void> insert(soci::session& session, const Batch& batch) {
  Statement insert(session,
                   "INSERT INTO batches (path, stream_no, partition_no, day, hour, first_sequence,"
                   " last_sequence, records, quarantined, bytes, sha256, first_received_at,"
                   " last_received_at) VALUES (:path, :stream, :partition, :day, :hour, :first,"
                   " :last, :records, :quarantined, :bytes, :sha256, :first_at, :last_at)");
  insert.bind(batch.path).bind(batch.stream).bind(batch.partition).bind(batch.day);
  insert.bind(batch.hour).bind(batch.first_sequence).bind(batch.last_sequence);
  insert.bind(batch.records).bind(batch.quarantined).bind(batch.bytes).bind(batch.sha256);
  insert.bind(batch.first_received_at).bind(batch.last_received_at);
  if (auto done = insert.run(); !done)
    return fail_while("Writing the manifest row of " + batch.path, std::move(done).error());
  return {};
}

Result<void> insert(soci::session& session, const Quarantined& record) {
  Statement insert(session,
                   "INSERT INTO quarantine (stream_no, partition_no, sequence, received_at, type,"
                   " reason, body) VALUES (:stream, :partition, :sequence, :at, :type, :reason,"
                   " :body)");
  insert.bind(record.address.stream).bind(record.address.partition);
  insert.bind(record.address.sequence).bind(record.received_at).bind(record.type);
  insert.bind(record.reason).bind_bytes(record.body);
  WEIR_CHECK(insert.run());
  return {};
}

}  // namespace

Result<Checkpoint> Batches::commit(const BatchCommit& commit) {
  WEIR_CHECK(check(commit));
  return database_.write_and_maybe_publish(
      [&](soci::session& session, bool& publish) -> Result<Checkpoint> {
        WEIR_TRY(const Checkpoint checkpoint, move_checkpoint(session, commit));
        for (const auto& position : commit.positions) {
          WEIR_CHECK(move_position(session, commit.partition, position));
          WEIR_TRY(const bool bound, bind_type(session, position));
          publish = publish || bound;
        }
        for (const Batch& batch : commit.batches)
          WEIR_CHECK(insert(session, batch));
        for (const Quarantined& record : commit.quarantined)
          WEIR_CHECK(insert(session, record));
        return checkpoint;
      });
}

}  // namespace weir::catalog
