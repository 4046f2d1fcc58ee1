#include "catalog/live_progress.hpp"

#include <algorithm>

#include "base/assert.hpp"

// Most causes of a failure (a feed that is not active, a query with a mistake) are every batch's,
// and the courier waits until they are mended. A batch that alone is at fault must not hold up the
// others for good. The two are told apart by a probe: a batch after the one that fails, each time
// twice as far behind it, since its neighbours may be as bad. Loads
// commute, so a probe may go first. Only when it can be loaded and the one before it then fails
// once more is that one left out. To find the one batch, rounds shrink to one batch after a failure
// and double with each success. Putting failed batches on a list of their own would free the
// others at once, but with a common cause that list would grow by a batch a second.
namespace weir::catalog {
namespace {

bool wants_probe(const LiveProgress& progress) {
  return !progress.probed && progress.failures >= live_failures_before_probe &&
         (progress.failures - live_failures_before_probe) % 2 == 0;
}

std::size_t probe_distance(const LiveProgress& progress) {
  constexpr std::uint32_t doublings_max = 10;
  return 1U << std::min((progress.failures - live_failures_before_probe) / 2, doublings_max);
}

bool is_probe(const LiveProgress& progress, const BatchRange& round) {
  return round.after > progress.loaded_to;
}

std::chrono::seconds wait_after(std::uint32_t failures) {
  constexpr std::uint32_t doublings_max = 6;
  return std::min(std::chrono::seconds(1U << std::min(failures - 1, doublings_max)), live_wait_max);
}

}  // namespace

BatchRange next_round(const LiveProgress& progress, const std::vector<std::uint64_t>& waiting) {
  WEIR_ASSERT(!waiting.empty());
  if (wants_probe(progress) && waiting.size() > 1) {
    const std::size_t at = std::min(probe_distance(progress), waiting.size() - 1);
    return {waiting[at - 1], waiting[at]};
  }
  const std::size_t most = progress.span == 0 ? live_round_batches_max : progress.span;
  return {progress.loaded_to, waiting[std::min(most, waiting.size()) - 1]};
}

LiveProgress after_success(LiveProgress progress, const BatchRange& round) {
  progress.retry_at.reset();
  if (is_probe(progress, round)) {
    progress.probed = true;
    return progress;
  }
  progress.loaded_to = std::max(progress.loaded_to, round.to);
  progress.span *= 2;
  if (progress.span >= live_round_batches_max) progress.span = 0;
  progress.failures = 0;
  progress.probed = false;
  return progress;
}

AfterFailure after_failure(LiveProgress progress, const BatchRange& round, Time now) {
  progress.span = 1;
  if (progress.probed) {
    return {.progress = {.loaded_to = std::max(progress.loaded_to, round.to), .span = 1},
            .left_out = true};
  }
  ++progress.failures;
  progress.retry_at = now + wait_after(progress.failures);
  return {.progress = progress, .left_out = false};
}

}  // namespace weir::catalog
