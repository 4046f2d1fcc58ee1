#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "torture/story.hpp"

namespace weir::torture {

struct SeedsOptions {
  std::uint64_t first = 1;
  std::uint64_t count = 200;
  unsigned threads = 1;  // stories at once; each is a world of its own, in one thread
  std::uint32_t acts = 150;
  Sabotage sabotage = Sabotage::none;
};

/// A story in which the claim did not hold.
struct Violation {
  std::uint64_t seed = 0;
  std::string what;
};

struct SeedsReport {
  StoryCounts counts;                 // of all stories
  std::vector<Violation> violations;  // by seed
};

/// Plays the stories of consecutive seeds. `on_violation` is told at once, from any of the threads,
/// one at a time; then it may not return for a while.
SeedsReport play_seeds(const SeedsOptions& options,
                       const std::function<void(const Violation&)>& on_violation = {});

/// What happened, in words: a few lines.
std::string summary(const StoryCounts& counts);

}  // namespace weir::torture
