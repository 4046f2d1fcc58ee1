#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/batcher/batcher.hpp"

/// The manifest in memory, for the batcher's tests: it holds every commit to the rules of
/// docs/formats/manifest.md, and lets a test fail before or after one was done.
namespace weir::batcher {

class MemoryManifest final : public Manifest {
 public:
  std::map<StreamNo, catalog::StreamView> streams;
  std::vector<catalog::Batch> batches;
  std::vector<catalog::Quarantined> quarantined;
  std::map<StreamNo, PayloadType> bound;
  std::uint64_t commits = 0;
  std::size_t largest_commit = 0;  // batches in one
  /// An error from `before` means nothing was done; one from `after`, that all of it was.
  std::function<std::optional<Error>()> before;
  std::function<std::optional<Error>()> after;

  void add_stream(StreamNo no, std::optional<PayloadType> type = std::nullopt) {
    catalog::StreamView view;
    view.no = no;
    view.tenant = "acme";
    view.id = "is-" + std::to_string(no.value);
    view.payload_type = type;
    streams[no] = view;
  }

  /// As if another batcher had committed.
  void take_over() { ++checkpoint_.version; }

  Result<catalog::Checkpoint> checkpoint(PartitionNo) override { return checkpoint_; }

  Result<std::unordered_map<StreamNo, Sequence>> positions(PartitionNo) override {
    return std::unordered_map<StreamNo, Sequence>(positions_.begin(), positions_.end());
  }

  Result<std::optional<catalog::StreamView>> stream(StreamNo no) override {
    const auto found = streams.find(no);
    if (found == streams.end()) return std::optional<catalog::StreamView>();
    return std::optional(found->second);
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
      if (batch.records + batch.quarantined != range) return fail(Errc::internal, "conservation");
      if (!moved.contains(batch.stream)) return fail(Errc::internal, "a batch without a move");
    }
    return {};
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
    ++commits;
    largest_commit = std::max(largest_commit, commit.batches.size());
  }

  catalog::Checkpoint checkpoint_;
  std::map<StreamNo, Sequence> positions_;
};

}  // namespace weir::batcher
