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
  unsigned threads = 1;  // stories at once; each runs in one thread and shares nothing
  std::uint32_t acts = 150;
  Sabotage sabotage = Sabotage::none;
};

/// A story in which a promise was broken.
struct Violation {
  std::uint64_t seed = 0;
  std::string what;
};

struct SeedsReport {
  StoryCounts counts;                 // of all stories
  std::vector<Violation> violations;  // by seed
};

/// Plays the stories of consecutive seeds. `on_violation` is called at once, from any of the
/// threads but by one at a time; it may block for a while.
SeedsReport play_seeds(const SeedsOptions& options,
                       const std::function<void(const Violation&)>& on_violation = {});

/// A summary of a few lines for people.
std::string summary(const StoryCounts& counts);

}  // namespace weir::torture
