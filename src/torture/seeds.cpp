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
        report.counts += *played;
        continue;
      }
      ++report.counts.stories;
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

std::string summary(const StoryCounts& counts) {
  return fmt::format(
      "{} stories, {} operations of the disk\n"
      "  done to them: {} power cuts, {} kills, {} clean restarts, {} failed calls, {} starts that "
      "failed and were tried again,\n"
      "                {} clock jumps, {} flipped bits\n"
      "  sent {}, answered 202 {}\n"
      "  checked {} times: {} records in {} files, {} in the quarantine ({} of them in files, {} "
      "dropped), {} duplicates,\n"
      "                {} sealed hours; {} stories ended with a refusal to start on a flipped "
      "bit\n",
      counts.stories, counts.operations, counts.power_cuts, counts.kills, counts.clean_restarts,
      counts.failures, counts.failed_starts, counts.clock_jumps, counts.bit_flips, counts.sent,
      counts.accepted, counts.audits, counts.records_checked, counts.files_checked,
      counts.quarantined_checked, counts.quarantined_in_files_checked, counts.dropped,
      counts.duplicates_checked, counts.sealed_hours_checked, counts.refusals);
}

}  // namespace weir::torture
