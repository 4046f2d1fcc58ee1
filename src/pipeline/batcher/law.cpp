#include "pipeline/batcher/law.hpp"

#include <map>
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

class Check {
 public:
  Check(const log::Tally& before, const catalog::Accounts& accounts, const log::Tally& after)
      : before_(before), accounts_(accounts), after_(after) {}

  LawReport run() {
    report_.hours = accounts_.hours;
    report_.complete = accounts_.complete;
    check_streams();
    for (const catalog::Hour& hour : accounts_.hours)
      check_hour(hour);
    if (accounts_.complete) check_ranges();
    return std::move(report_);
  }

 private:
  void differ(StreamNo stream, std::string what) {
    report_.differences.push_back({stream, std::move(what)});
  }

  void check_streams() {
    std::set<StreamNo> streams;
    for (const auto* known :
         {&accounts_.positions, &before_.next_sequences, &after_.next_sequences})
      for (const auto& [stream, next] : *known)
        streams.insert(stream);
    const bool all_filed = before_.settled && accounts_.checkpoint.lsn >= before_.end;
    for (const StreamNo stream : streams) {
      const Sequence accounted = next_of(accounts_.positions, stream);
      const Sequence accepted = next_of(after_.next_sequences, stream);
      report_.streams.push_back({stream, accepted.value - 1, accounted.value - 1});
      if (accounted > accepted)
        differ(stream, "the catalog accounts for " + number(accounted.value - 1) +
                           " records, the log gave out " + number(accepted.value - 1) + " numbers");
      const Sequence filed = next_of(before_.next_sequences, stream);
      if (all_filed && accounted < filed)
        differ(stream, "the checkpoint is at the end of the log, which gave out " +
                           number(filed.value - 1) + " numbers, but only " +
                           number(accounted.value - 1) + " records are accounted for");
    }
  }

  void check_hour(const catalog::Hour& hour) {
    if (hour.accepted() == hour.accounted()) return;
    differ(hour.stream, name_of(hour) + ": " + number(hour.accepted()) + " records accepted, " +
                            number(hour.accounted()) + " accounted for (" + number(hour.in_files) +
                            " in files, " + number(hour.duplicates) + " duplicates, " +
                            number(hour.quarantined) + " quarantined)");
  }

  /// A stream's hours follow one another from its first record to its position.
  void check_ranges() {
    std::map<StreamNo, Sequence> next;
    for (const catalog::Hour& hour : accounts_.hours) {
      Sequence& expected = next.try_emplace(hour.stream, Sequence{1}).first->second;
      if (hour.first_sequence != expected)
        differ(hour.stream, name_of(hour) + " begins at record " +
                                number(hour.first_sequence.value) + ", not at " +
                                number(expected.value));
      expected = Sequence{hour.last_sequence.value + 1};
    }
    for (const auto& [stream, position] : accounts_.positions) {
      const Sequence reached = next.contains(stream) ? next.at(stream) : Sequence{1};
      if (reached != position)
        differ(stream, "its hours account for " + number(reached.value - 1) +
                           " records, its position for " + number(position.value - 1));
    }
  }

  const log::Tally& before_;
  const catalog::Accounts& accounts_;
  const log::Tally& after_;
  LawReport report_;
};

}  // namespace

LawReport check_law(const log::Tally& before, const catalog::Accounts& accounts,
                    const log::Tally& after) {
  return Check(before, accounts, after).run();
}

}  // namespace weir::batcher
