#include "pipeline/batcher/conservation.hpp"

#include <algorithm>
#include <set>

namespace weir::batcher {
namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string name_of(const catalog::Hour& hour) {
  return weir::to_string(hour.day) + " hour " + number(static_cast<std::uint64_t>(hour.hour));
}

Sequence next_of(const std::unordered_map<StreamNo, Sequence>& next, StreamNo stream) {
  const auto found = next.find(stream);
  return found == next.end() ? Sequence{1} : std::max(found->second, Sequence{1});
}

void differ(ConservationReport& report, StreamNo stream, std::string what) {
  report.differences.push_back({stream, std::move(what)});
}

void check_hour(const catalog::Hour& hour, ConservationReport& report) {
  if (hour.accepted() == hour.accounted()) return;
  differ(report, hour.stream,
         name_of(hour) + ": " + number(hour.accepted()) + " records accepted, " +
             number(hour.accounted()) + " accounted for (" + number(hour.in_files) + " in files, " +
             number(hour.duplicates) + " duplicates, " + number(hour.quarantined) +
             " quarantined)");
}

struct OfLanes {
  std::uint64_t acknowledged = 0;
  std::uint64_t taken = 0;
};

std::map<StreamNo, OfLanes> by_stream(const std::vector<catalog::LaneCount>& lanes) {
  std::map<StreamNo, OfLanes> streams;
  for (const catalog::LaneCount& lane : lanes) {
    OfLanes& sum = streams[lane.stream];
    // What a gateway could not write before it died was accepted, too, if it was taken.
    sum.acknowledged += std::max(lane.acknowledged, lane.taken);
    sum.taken += lane.taken;
  }
  return streams;
}

class Check {
 public:
  Check(const Accepted& before, const catalog::Accounts& accounts, const log::PartitionState& after)
      : partition_(before.partition),
        lanes_(before.lanes),
        before_(before.log),
        accounts_(accounts),
        after_(after) {}

  ConservationReport run() {
    report_.hours = accounts_.hours;
    report_.hours_checked = accounts_.hours.size();
    if (is_gapless(partition_)) {
      check_streams();
    } else {
      check_lanes();
    }
    for (const catalog::Hour& hour : accounts_.hours)
      check_hour(hour, report_);
    return std::move(report_);
  }

 private:
  void check_streams() {
    std::set<StreamNo> streams;
    for (const auto* known :
         {&accounts_.positions, &before_.next_sequences, &after_.next_sequences})
      for (const auto& [stream, next] : *known)
        streams.insert(stream);
    const bool all_filed = before_.idle && accounts_.checkpoint.lsn >= before_.end;
    for (const StreamNo stream : streams) {
      const Sequence accounted = next_of(accounts_.positions, stream);
      const Sequence accepted = next_of(after_.next_sequences, stream);
      report_.streams.push_back({stream, accepted.value - 1, accounted.value - 1});
      if (accounted > accepted)
        differ(report_, stream,
               "the catalog accounts for " + number(accounted.value - 1) +
                   " records, the log gave out " + number(accepted.value - 1) + " numbers");
      const Sequence filed = next_of(before_.next_sequences, stream);
      if (all_filed && accounted < filed)
        differ(report_, stream,
               "the checkpoint is at the end of the log, which gave out " +
                   number(filed.value - 1) + " numbers, but only " + number(accounted.value - 1) +
                   " records are accounted for");
    }
  }

  /// Lane by lane: one that lost a record is not evened out by another that has one more.
  void check_lanes() {
    for (const auto& [stream, sum] : by_stream(accounts_.lanes))
      report_.streams.push_back({stream, sum.acknowledged, sum.taken});
    if (accounts_.checkpoint.lsn < before_.end) return;
    std::map<std::pair<StreamNo, LaneNo>, std::uint64_t> taken;
    for (const catalog::LaneCount& lane : accounts_.lanes)
      taken[{lane.stream, lane.lane}] = lane.taken;
    for (const catalog::LaneCount& lane : lanes_)
      if (const std::uint64_t filed = taken[{lane.stream, lane.lane}]; filed < lane.acknowledged)
        differ(report_, lane.stream,
               "lane " + number(lane.lane.value) + " acknowledged " + number(lane.acknowledged) +
                   " records, all of the log was read, but only " + number(filed) +
                   " of them are accounted for");
  }

  const PartitionNo partition_;
  const std::vector<catalog::LaneCount>& lanes_;
  const log::PartitionState& before_;
  const catalog::Accounts& accounts_;
  const log::PartitionState& after_;
  ConservationReport report_;
};

}  // namespace

namespace {

/// A stream may have records in several partitions.
void add(ConservationReport& sum, ConservationReport report) {
  sum.complete = report.complete;
  sum.hours_checked += report.hours_checked;
  sum.hours.insert(sum.hours.end(), report.hours.begin(), report.hours.end());
  sum.differences.insert(sum.differences.end(), report.differences.begin(),
                         report.differences.end());
  for (const StreamAccount& account : report.streams) {
    const auto at = std::lower_bound(
        sum.streams.begin(), sum.streams.end(), account,
        [](const StreamAccount& a, const StreamAccount& b) { return a.stream < b.stream; });
    if (at == sum.streams.end() || at->stream != account.stream) {
      sum.streams.insert(at, account);
    } else {
      at->accepted += account.accepted;
      at->accounted += account.accounted;
    }
  }
}

}  // namespace

Result<ConservationReport> check_open_hours(const log::Log& log, catalog::Catalog& catalog) {
  ConservationReport sum;
  for (const PartitionNo partition : log.partitions()) {
    WEIR_TRY(const Accepted before, read_accepted(log, catalog, partition));
    WEIR_TRY(const auto accounts, catalog.hours().accounts(partition));
    add(sum, check_conservation(before, accounts, log.partition_state(partition)));
  }
  return sum;
}

Result<ConservationReport> check_all_hours(const log::Log& log, catalog::Catalog& catalog,
                                           const std::function<void()>& between) {
  ConservationReport sum;
  for (const PartitionNo partition : log.partitions()) {
    WEIR_TRY(auto report, check_all_hours(log, catalog, partition, between));
    add(sum, std::move(report));
  }
  return sum;
}

Result<Accepted> read_accepted(const log::Log& log, catalog::Catalog& catalog,
                               PartitionNo partition) {
  Accepted accepted{.partition = partition, .log = {}, .lanes = {}};
  if (!is_gapless(partition)) {
    WEIR_TRY(accepted.lanes, catalog.lanes().counts(partition));
  }
  accepted.log = log.partition_state(partition);
  return accepted;
}

Result<std::unordered_map<StreamNo, std::uint64_t>> accepted_by_stream(const log::Log& log,
                                                                       catalog::Catalog& catalog) {
  std::unordered_map<StreamNo, std::uint64_t> sums;
  for (const PartitionNo partition : log.partitions()) {
    if (is_gapless(partition)) {
      for (const auto& [stream, next] : log.partition_state(partition).next_sequences)
        sums[stream] += std::max<std::uint64_t>(next.value, 1) - 1;
    } else {
      WEIR_TRY(const auto lanes, catalog.lanes().counts(partition));
      for (const auto& [stream, sum] : by_stream(lanes))
        sums[stream] += sum.acknowledged;
    }
  }
  return sums;
}

ConservationReport check_conservation(const Accepted& before, const catalog::Accounts& accounts,
                                      const log::PartitionState& after) {
  return Check(before, accounts, after).run();
}

void HourContinuity::add(const catalog::Hour& hour) {
  if (hour.sealed()) {  // the others were looked at together with the streams
    check_hour(hour, report_);
    ++report_.hours_checked;
  }
  taken_[hour.stream] += hour.taken;
  Sequence& expected = next_.try_emplace(hour.stream, Sequence{1}).first->second;
  if (is_gapless_ ? hour.first_sequence != expected : hour.first_sequence < expected)
    differ(report_, hour.stream,
           name_of(hour) + " begins at record " + number(hour.first_sequence.value) + ", not at " +
               number(expected.value));
  expected = Sequence{hour.last_sequence.value + 1};
}

void HourContinuity::finish(const Positions& before, const Positions& after) {
  for (const auto& [stream, position] : before)
    next_.try_emplace(stream, Sequence{1});
  for (const auto& [stream, reached] : next_) {
    const Sequence position = std::clamp(reached, next_of(before, stream),
                                         std::max(next_of(before, stream), next_of(after, stream)));
    if (reached != position)
      differ(report_, stream,
             "its hours account for " + number(reached.value - 1) + " records, its position for " +
                 number(position.value - 1));
  }
  report_.complete = true;
}

void HourContinuity::finish(const Lanes& before, const Lanes& after) {
  const auto begin = by_stream(before);
  const auto end = by_stream(after);
  for (const auto& [stream, sum] : end)
    taken_.try_emplace(stream, 0);
  for (const auto& [stream, taken] : taken_) {
    const auto least = begin.find(stream);
    const auto most = end.find(stream);
    const std::uint64_t from = least == begin.end() ? 0 : least->second.taken;
    const std::uint64_t to = most == end.end() ? 0 : most->second.taken;
    if (taken < from || taken > to)
      differ(report_, stream,
             "its hours account for " + number(taken) + " records, its lanes for " + number(to));
  }
  report_.complete = true;
}

/// A record accepted while the catalog is read may be in none of its tables yet, but is in one of
/// the two tallies.
Result<ConservationReport> check_all_hours(const log::Log& log, catalog::Catalog& catalog,
                                           PartitionNo partition,
                                           const std::function<void()>& between) {
  WEIR_TRY(const Accepted before, read_accepted(log, catalog, partition));
  WEIR_TRY(const auto accounts, catalog.hours().accounts(partition));
  ConservationReport report = check_conservation(before, accounts, log.partition_state(partition));
  HourContinuity continuity(partition, report);
  catalog::Hour last;
  for (bool more = true; more;) {
    WEIR_TRY(const auto hours,
             catalog.hours().behind(partition, last, limits::hours_read_at_once_max));
    for (const catalog::Hour& hour : hours)
      continuity.add(hour);
    more = hours.size() == limits::hours_read_at_once_max;
    if (!hours.empty()) last = hours.back();
    if (more) between();
  }
  if (is_gapless(partition)) {
    WEIR_TRY(const auto positions, catalog.batches().positions(partition));
    continuity.finish(accounts.positions, positions);
  } else {
    WEIR_TRY(const auto lanes, catalog.lanes().counts(partition));
    continuity.finish(accounts.lanes, lanes);
  }
  return report;
}

}  // namespace weir::batcher
