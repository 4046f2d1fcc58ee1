#include "torture/outcome_check.hpp"

#include <fmt/format.h>

namespace weir::torture {
namespace {

Failure violated(std::string what) {
  return fail(Errc::internal, std::move(what));
}

class FatesOfStream {
 public:
  FatesOfStream(StreamNo stream, const FoundInStream& found, const Ledger& ledger)
      : stream_(stream), found_(found), ledger_(ledger) {}

  Result<void> check() {
    WEIR_CHECK(identify());
    WEIR_CHECK(check_sent());
    WEIR_CHECK(check_counts());
    if (!is_blurred_) return check_keys();
    return {};
  }

 private:
  /// How often a body may be found.
  struct Bounds {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
  };

  /// The body at each sequence, also where its bits were flipped afterwards.
  Result<void> identify();
  Result<std::optional<std::uint64_t>> body_at(Sequence sequence, const Found& found);
  Result<void> check_sent();
  Result<void> check_counts() const;
  Result<void> check_keys() const;
  Result<void> check_repeat(const Found& found, Sequence sequence, Sequence first) const;

  const StreamNo stream_;
  const FoundInStream& found_;
  const Ledger& ledger_;
  std::map<Sequence, std::uint64_t> accepted_at_;  // body ids, from receipts
  std::map<Sequence, std::uint64_t> bodies_;       // body ids, by what was found
  std::map<std::uint64_t, std::uint64_t> times_;   // a body id was found
  std::map<std::uint64_t, Bounds> bounds_;         // by body id
  bool is_blurred_ = false;  // a damaged file's contents are unknown record by record
};

Result<void> FatesOfStream::identify() {
  for (const Sent& sent : ledger_.all())
    if (sent.stream == stream_ && sent.address)
      accepted_at_.emplace(sent.address->sequence, sent.body_id);
  for (const auto& [sequence, found] : found_) {
    WEIR_TRY(const auto body, body_at(sequence, found));
    if (!body) {
      is_blurred_ = true;
      continue;
    }
    bodies_.emplace(sequence, *body);
    ++times_[*body];
  }
  return {};
}

Result<std::optional<std::uint64_t>> FatesOfStream::body_at(Sequence sequence, const Found& found) {
  if (found.in == Found::In::damage || found.is_unread) {
    const auto told = accepted_at_.find(sequence);
    return told == accepted_at_.end() ? std::nullopt : std::optional(told->second);
  }
  if (found.in == Found::In::nothing) {
    const auto original = bodies_.find(found.of);
    if (original != bodies_.end()) return std::optional(original->second);
    if (is_blurred_) return std::nullopt;
    return violated(fmt::format("{} is the duplicate of sequence {}, which is not before it",
                                found.where, found.of.value));
  }
  if (!found.body_id || *found.body_id >= ledger_.all().size())
    return violated(found.where + " is nothing that was sent");
  if (ledger_.at(*found.body_id).stream != stream_)
    return violated(
        fmt::format("{} is record {}, which is of another stream", found.where, *found.body_id));
  return found.body_id;
}

Result<void> FatesOfStream::check_sent() {
  for (std::uint64_t id = 0; id < ledger_.all().size(); ++id) {
    const Sent& sent = ledger_.at(id);
    if (sent.stream != stream_ || sent.outcome == Sent::Outcome::refused) continue;
    Bounds& bounds = bounds_[sent.body_id];
    ++bounds.most;
    if (sent.outcome == Sent::Outcome::accepted) ++bounds.least;
    if (!sent.address) continue;
    const Sequence at = sent.address->sequence;
    const auto body = bodies_.find(at);
    // It duplicates a record whose bytes were flipped and whose receipt nobody got.
    if (body == bodies_.end() && is_blurred_ && found_.contains(at)) continue;
    if (body == bodies_.end())
      return violated(
          fmt::format("record {} of stream {} was accepted (sequence {}), and is in no "
                      "file, not in the quarantine and no duplicate",
                      id, stream_.value, at.value));
    if (body->second != sent.body_id)
      return violated(fmt::format("record {}'s receipt says sequence {}, where {} has record {}",
                                  id, at.value, found_.at(at).where, body->second));
  }
  return {};
}

Result<void> FatesOfStream::check_counts() const {
  for (const auto& [body, times] : times_) {
    const auto bounds = bounds_.find(body);
    if (bounds == bounds_.end())
      return violated(fmt::format("record {} was refused, but it is there", body));
    if (times > bounds->second.most)
      return violated(fmt::format("record {} is there {} times, and was sent {} times", body, times,
                                  bounds->second.most));
  }
  if (is_blurred_) return {};
  for (const auto& [body, bounds] : bounds_) {
    const auto times = times_.find(body);
    if ((times == times_.end() ? 0 : times->second) < bounds.least)
      return violated(
          fmt::format("record {} of stream {} was accepted {} times, and is not in the "
                      "files, the quarantine and the duplicates as often",
                      body, stream_.value, bounds.least));
  }
  return {};
}

Result<void> FatesOfStream::check_keys() const {
  std::map<std::string, Sequence> first;  // by key
  for (const auto& [sequence, found] : found_) {
    const Sent& sent = ledger_.at(bodies_.at(sequence));
    const bool is_set_apart =
        found.in == Found::In::quarantine && found.reason.find("Idempotency") != std::string::npos;
    if (!sent.key.empty()) {
      const auto [place, is_first] = first.emplace(sent.key, sequence);
      if (!is_first) {
        WEIR_CHECK(check_repeat(found, sequence, place->second));
        continue;
      }
    }
    if (found.in == Found::In::nothing || is_set_apart)
      return violated(found.where + " repeats no key, and was taken for a repeat");
  }
  return {};
}

/// A record whose key was used before, by the record at `first`.
Result<void> FatesOfStream::check_repeat(const Found& found, Sequence sequence,
                                         Sequence first) const {
  if (found.in == Found::In::damage)
    return violated(found.where + " was put into a file, and its key came before");
  if (bodies_.at(sequence) == bodies_.at(first)) {
    if (found.in == Found::In::nothing && found.of == first) return {};
    return violated(
        fmt::format("{} should be the duplicate of sequence {}", found.where, first.value));
  }
  const bool is_told =
      found.in == Found::In::quarantine && found.reason.find("another body") != std::string::npos;
  if (is_told) return {};
  return violated(
      fmt::format("{} has the key of sequence {} and another body, and is not in the "
                  "quarantine for it",
                  found.where, first.value));
}

}  // namespace

Result<void> check_outcomes(StreamNo stream, const FoundInStream& found, const Ledger& ledger) {
  return FatesOfStream(stream, found, ledger).check();
}

}  // namespace weir::torture
