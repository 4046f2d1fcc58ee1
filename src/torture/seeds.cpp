#include "torture/seeds.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>

namespace weir::torture {

SeedsReport play_seeds(const SeedsOptions& options,
                       const std::function<void(const Violation&)>& on_violation) {
  SeedsReport report;
  std::mutex mutex;  // of the report
  std::atomic<std::uint64_t> taken{0};
  const auto work = [&] {
    for (std::uint64_t nth = taken++; nth < options.count; nth = taken++) {
      const std::uint64_t seed = options.first + nth;
      const auto played = play({.seed = seed, .acts = options.acts, .sabotage = options.sabotage});
      const std::lock_guard lock(mutex);
      if (played) {
        report.tally += *played;
        continue;
      }
      ++report.tally.stories;
      report.violations.push_back({seed, played.error().message});
      if (on_violation) on_violation(report.violations.back());
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < options.threads; ++i)
      threads.emplace_back(work);
    work();
  }
  std::sort(report.violations.begin(), report.violations.end(),
            [](const Violation& a, const Violation& b) { return a.seed < b.seed; });
  return report;
}

std::string summary(const Tally& tally) {
  return fmt::format(
      "{} stories, {} operations of the disk\n"
      "  done to them: {} power cuts, {} kills, {} clean restarts, {} failed calls, {} starts that "
      "failed and were tried again,\n"
      "                {} clock jumps, {} flipped bits\n"
      "  sent {}, answered 202 {}\n"
      "  checked {} times: {} records in {} files, {} in the quarantine, {} duplicates, {} sealed "
      "hours; {} stories ended with a refusal to start on a flipped bit\n",
      tally.stories, tally.operations, tally.power_cuts, tally.kills, tally.clean_restarts,
      tally.failures, tally.failed_starts, tally.clock_jumps, tally.bit_flips, tally.sent,
      tally.accepted, tally.audits, tally.records_checked, tally.files_checked,
      tally.quarantined_checked, tally.duplicates_checked, tally.sealed_hours_checked,
      tally.refusals);
}

}  // namespace weir::torture
