#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.hpp"

namespace weir::catalog {

/// Selects a part of a list. `next_token` comes from the previous page; callers treat it as opaque.
struct PageRequest {
  std::uint32_t limit = limits::page_items_default;  // 1..page_items_max
  std::string next_token;
};

template <class T>
struct Page {
  std::vector<T> items;
  std::string next_token;  // empty: no more
};

}  // namespace weir::catalog
