#include "pipeline/batcher/conservation.hpp"

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

class Check {
 public:
  Check(const log::PartitionState& before, const catalog::Accounts& accounts,
        const log::PartitionState& after)
      : before_(before), accounts_(accounts), after_(after) {}

  ConservationReport run() {
    report_.hours = accounts_.hours;
    report_.hours_checked = accounts_.hours.size();
    check_streams();
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

  const log::PartitionState& before_;
  const catalog::Accounts& accounts_;
  const log::PartitionState& after_;
  ConservationReport report_;
};

}  // namespace

ConservationReport check_conservation(const log::PartitionState& before,
                                      const catalog::Accounts& accounts,
                                      const log::PartitionState& after) {
  return Check(before, accounts, after).run();
}

void HourContinuity::add(const catalog::Hour& hour) {
  if (hour.sealed()) {  // the others were looked at together with the streams
    check_hour(hour, report_);
    ++report_.hours_checked;
  }
  Sequence& expected = next_.try_emplace(hour.stream, Sequence{1}).first->second;
  if (hour.first_sequence != expected)
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

/// A record accepted while the catalog is read may be in none of its tables yet, but is in one of
/// the two tallies.
Result<ConservationReport> check_all_hours(const log::Log& log, catalog::Catalog& catalog,
                                           PartitionNo partition,
                                           const std::function<void()>& between) {
  const log::PartitionState before = log.partition_state(partition);
  WEIR_TRY(const auto accounts, catalog.hours().accounts(partition));
  ConservationReport report = check_conservation(before, accounts, log.partition_state(partition));
  HourContinuity continuity(report);
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
  WEIR_TRY(const auto positions, catalog.batches().positions(partition));
  continuity.finish(accounts.positions, positions);
  return report;
}

}  // namespace weir::batcher
