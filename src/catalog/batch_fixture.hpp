#pragma once

#include <string>

#include "catalog/catalog_fixture.hpp"

namespace weir::catalog {

/// Makes commits like those of the batcher.
class BatchTest : public CatalogTest {
 protected:
  Batches& batches() { return catalog_->batches(); }

  /// A commit with the present checkpoint.
  Result<Checkpoint> commit(BatchCommit commit) {
    commit.read = batches().checkpoint(commit.partition).value();
    return batches().commit(commit);
  }

  /// A commit with one file of the stream's records `first` to `last`, ten bytes each, for
  /// partition 0 without earlier commits.
  static BatchCommit one_file(const Stream& stream, std::uint64_t first, std::uint64_t last,
                              Lsn checkpoint) {
    BatchCommit commit;
    commit.checkpoint = checkpoint;
    commit.positions = {{stream.no, Sequence{first}, Sequence{last + 1}, PayloadType::json}};
    Batch batch;
    batch.path = "ingest/stream/acme/" + stream.id + "/2027-03-02/08-0000-" +
                 std::to_string(first) + ".ndjson";
    batch.stream = stream.no;
    batch.day = *parse_day("2027-03-02");
    batch.hour = 8;
    batch.first_sequence = Sequence{first};
    batch.last_sequence = Sequence{last};
    batch.records = last - first + 1;
    batch.bytes = 10 * batch.records;
    batch.sha256 = std::string(64, 'a');
    batch.first_received_at = *parse_time("2027-03-02T08:00:00.000001Z");
    batch.last_received_at = *parse_time("2027-03-02T08:59:59.999999Z");
    commit.batches = {batch};
    return commit;
  }

  static Quarantined quarantined(const Stream& stream, std::uint64_t sequence) {
    Quarantined record;
    record.address = {stream.no, PartitionNo{0}, Sequence{sequence}};
    record.received_at = *parse_time("2027-03-02T08:00:00.000001Z");
    record.reason = "mismatched tag at line 1, column 4";
    record.body = "<a></b>";
    return record;
  }
};

}  // namespace weir::catalog
