#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/batcher/batcher.hpp"

/// An in-memory manifest for the batcher's tests. It checks every commit against the rules of
/// docs/formats/manifest.md, and lets a test fail a commit before or after it was applied.
namespace weir::batcher {

class FakeBatchCatalog final : public BatchCatalog {
 public:
  std::map<StreamNo, catalog::StreamView> streams;
  std::vector<catalog::Batch> batches;
  std::vector<catalog::Quarantined> quarantined;
  std::map<Address, Sequence> duplicates;
  std::vector<catalog::KeyPrint> prints;
  std::map<std::tuple<StreamNo, Day, int>, catalog::Hour> hours;
  std::map<StreamNo, PayloadType> bound;
  std::map<std::pair<StreamNo, LaneNo>, catalog::LaneCount> lanes;
  std::map<std::pair<StreamNo, Day>, fields::Sketch> sketches;
  std::uint64_t commits = 0;
  std::size_t largest_commit = 0;  // batches in one
  /// An error from `before`: nothing was applied. An error from `after`: all of it was applied.
  std::function<std::optional<Error>()> before;
  std::function<std::optional<Error>()> after;
  std::function<std::optional<Error>()> before_seal;

  void add_stream(StreamNo no, std::optional<PayloadType> type = std::nullopt) {
    catalog::StreamView view;
    view.no = no;
    view.tenant = "acme";
    view.id = "is-" + std::to_string(no.value);
    view.payload_type = type;
    streams[no] = view;
  }

  Result<std::vector<catalog::LaneCount>> lane_counts(PartitionNo) override {
    std::vector<catalog::LaneCount> out;
    for (const auto& [key, count] : lanes)
      out.push_back(count);
    return out;
  }
  Result<Time> sealed_until(PartitionNo) override {
    Time until;
    for (const auto& [key, hour] : hours)
      if (hour.sealed()) until = std::max(until, hour.end());
    return until;
  }

  /// Acts as if another batcher had committed.
  void take_over() { ++checkpoint_.version; }

  catalog::Checkpoint checkpoint() const { return checkpoint_; }
  Result<catalog::Checkpoint> claim(PartitionNo) override {
    ++checkpoint_.version;
    return checkpoint_;
  }

  Result<std::unordered_map<StreamNo, Sequence>> positions(PartitionNo) override {
    return std::unordered_map<StreamNo, Sequence>(positions_.begin(), positions_.end());
  }

  std::uint64_t quarantine_bytes() override {
    std::uint64_t bytes = 0;
    for (const catalog::Quarantined& one : quarantined)
      bytes += one.body.size();
    return bytes;
  }

  Result<std::optional<catalog::StreamView>> stream(StreamNo no) override {
    const auto found = streams.find(no);
    if (found == streams.end()) return std::optional<catalog::StreamView>();
    return std::optional(found->second);
  }

  Result<std::vector<catalog::KeyPrint>> key_prints(PartitionNo, std::uint64_t) override {
    return prints;
  }

  Result<std::vector<catalog::Hour>> hours_to_seal(PartitionNo, Time end,
                                                   std::uint32_t count) override {
    std::vector<catalog::Hour> out;
    for (const auto& [key, hour] : hours)
      if (!hour.sealed() && hour.end() <= end) out.push_back(hour);
    std::sort(out.begin(), out.end(), [](const catalog::Hour& a, const catalog::Hour& b) {
      return std::tuple(a.day, a.hour, a.stream) < std::tuple(b.day, b.hour, b.stream);
    });
    out.resize(std::min<std::size_t>(out.size(), count));
    return out;
  }
  Result<std::vector<catalog::Batch>> files(const catalog::Hour& hour) override {
    std::vector<catalog::Batch> out;
    for (const catalog::Batch& batch : batches)
      if (batch.stream == hour.stream && batch.day == hour.day && batch.hour == hour.hour)
        out.push_back(batch);
    return out;
  }
  Result<std::optional<catalog::Hour>> newest_sealed(StreamNo stream, PartitionNo) override {
    std::optional<catalog::Hour> out;
    for (const auto& [key, hour] : hours)
      if (hour.stream == stream && hour.sealed()) out = hour;
    return out;
  }
  Result<void> seal(const std::vector<catalog::Hour>& sealed) override {
    if (before_seal) {
      if (const auto error = before_seal()) return fail(*error);
    }
    for (const catalog::Hour& hour : sealed) {
      catalog::Hour& row = hours.at({hour.stream, hour.day, hour.hour});
      if (row.sealed() || row.last_sequence != hour.last_sequence)
        return fail(Errc::conflict, "sealed already");
      row = hour;
    }
    return {};
  }

  Result<catalog::Checkpoint> commit(const catalog::BatchCommit& commit) override {
    if (before) {
      if (const auto error = before()) return fail(*error);
    }
    WEIR_CHECK(check(commit));
    apply(commit);
    if (after) {
      if (const auto error = after()) return fail(*error);
    }
    return checkpoint_;
  }

 private:
  Sequence next_of(StreamNo stream) const {
    const auto found = positions_.find(stream);
    return found == positions_.end() ? Sequence{1} : found->second;
  }

  Result<void> check(const catalog::BatchCommit& commit) const {
    if (commit.read.version != checkpoint_.version || commit.read.lsn != checkpoint_.lsn) {
      return fail(Errc::conflict, "the checkpoint has moved");
    }
    if (commit.checkpoint < checkpoint_.lsn) return fail(Errc::internal, "it moves back");
    std::set<StreamNo> moved;
    for (const auto& position : commit.positions) {
      if (!moved.insert(position.stream).second) return fail(Errc::internal, "moved twice");
      if (position.from != next_of(position.stream)) return fail(Errc::conflict, "position moved");
      if (position.to <= position.from) return fail(Errc::internal, "position does not move on");
    }
    std::set<std::string> paths;
    for (const catalog::Batch& batch : batches)
      paths.insert(batch.path);
    for (const catalog::Batch& batch : commit.batches) {
      if (!paths.insert(batch.path).second) return fail(Errc::internal, batch.path + " twice");
      const auto range = batch.last_sequence.value - batch.first_sequence.value + 1;
      const auto accounted = batch.records + batch.quarantined + batch.duplicates;
      if (is_gapless(batch.partition) ? accounted != range : accounted > range)
        return fail(Errc::internal, "conservation");
      if (!moved.contains(batch.stream)) return fail(Errc::internal, "a batch without a move");
    }
    for (const auto& run : commit.duplicates)
      for (const auto& pair : run.pairs)
        if (!moved.contains(run.stream) || pair.of >= pair.sequence)
          return fail(Errc::internal, "a duplicate of nothing before it");
    return {};
  }

  /// What the commit accounts for in one stream and hour. A sealed hour takes no more records.
  void extend(PartitionNo partition, StreamNo stream, Sequence first, Sequence last, Time at) {
    const auto key = std::tuple(stream, day_of(at), hour_of(at));
    const auto [place, fresh] = hours.try_emplace(key);
    catalog::Hour& hour = place->second;
    EXPECT_FALSE(hour.sealed()) << "a record came into a sealed hour";
    if (fresh)
      hour = {.stream = stream,
              .partition = partition,
              .day = day_of(at),
              .hour = hour_of(at),
              .first_sequence = first,
              .last_sequence = last,
              .first_received_at = at,
              .last_received_at = at};
    hour.first_sequence = std::min(hour.first_sequence, first);
    hour.last_sequence = std::max(hour.last_sequence, last);
    hour.last_received_at = std::max(hour.last_received_at, at);
  }

  void apply_records(const catalog::BatchCommit& commit) {
    for (const auto& batch : commit.batches) {
      extend(commit.partition, batch.stream, batch.first_sequence, batch.last_sequence,
             batch.first_received_at);
      hours.at({batch.stream, batch.day, batch.hour}).in_files += batch.records;
    }
    for (const auto& one : commit.quarantined) {
      const Time at = one.received_at;
      extend(commit.partition, one.address.stream, one.address.sequence, one.address.sequence, at);
      ++hours.at({one.address.stream, day_of(at), hour_of(at)}).quarantined;
    }
    for (const auto& run : commit.duplicates) {
      const Time at = run.first_received_at;
      extend(commit.partition, run.stream, run.pairs.front().sequence, run.pairs.back().sequence,
             at);
      hours.at({run.stream, day_of(at), hour_of(at)}).duplicates += run.pairs.size();
      for (const auto& pair : run.pairs)
        duplicates[{run.stream, commit.partition, pair.sequence}] = pair.of;
    }
    for (const auto& taken : commit.taken) {
      hours.at({taken.stream, taken.day, taken.hour}).taken += taken.records;
      catalog::LaneCount& count = lanes[{taken.stream, taken.lane}];
      count.lane = taken.lane;
      count.stream = taken.stream;
      count.taken += taken.records;
      count.next_number = taken.next_number;
    }
    if (commit.forget_keys_before)
      std::erase_if(prints, [&](const catalog::KeyPrint& print) {
        return print.received_at < *commit.forget_keys_before;
      });
    for (const auto& run : commit.keys)
      prints.insert(prints.end(), run.prints.begin(), run.prints.end());
    std::sort(prints.begin(), prints.end(), [](const auto& a, const auto& b) {
      return std::tuple(a.received_at, a.stream, a.sequence) <
             std::tuple(b.received_at, b.stream, b.sequence);
    });
  }

  void apply(const catalog::BatchCommit& commit) {
    checkpoint_ = {commit.checkpoint, checkpoint_.version + 1};
    for (const auto& position : commit.positions) {
      positions_[position.stream] = position.to;
      bound.try_emplace(position.stream, position.type);
      if (!streams[position.stream].payload_type) {
        streams[position.stream].payload_type = position.type;
      }
    }
    batches.insert(batches.end(), commit.batches.begin(), commit.batches.end());
    quarantined.insert(quarantined.end(), commit.quarantined.begin(), commit.quarantined.end());
    for (const auto& [stream, day, sketch] : commit.fields)
      sketches[{stream, day}].merge(*sketch);
    apply_records(commit);
    ++commits;
    largest_commit = std::max(largest_commit, commit.batches.size());
  }

  catalog::Checkpoint checkpoint_;
  std::map<StreamNo, Sequence> positions_;
};

}  // namespace weir::batcher
