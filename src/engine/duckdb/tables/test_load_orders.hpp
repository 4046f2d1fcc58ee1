#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <utility>
#include <vector>

#include "engine/load.hpp"

namespace weir::engine::duckdb {

/// What is loaded together, load by load: all of the files, and up to two of them again. In their
/// order, or in any.
inline std::vector<std::vector<SourceFile>> any_loads(std::vector<SourceFile> files, bool shuffled,
                                                      std::mt19937& random) {
  const auto below = [&random](std::size_t bound) { return random() % bound; };
  for (std::size_t i = 0, first = files.size(), more = below(3); i < more; ++i)
    files.push_back(files[below(first)]);
  if (shuffled) std::shuffle(files.begin(), files.end(), random);
  std::vector<std::vector<SourceFile>> loads;
  for (std::size_t i = 0; i < files.size();) {
    const std::size_t together = std::min<std::size_t>(1 + below(2), files.size() - i);
    std::vector<SourceFile>& load = loads.emplace_back();
    for (std::size_t end = i + together; i < end; ++i)
      load.push_back(std::move(files[i]));
  }
  return loads;
}

}  // namespace weir::engine::duckdb
