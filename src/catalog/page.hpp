#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"

namespace weir::catalog {

enum class Order : std::uint8_t { oldest, newest };  // which comes first

/// Selects a part of a list. The tokens come from the page before or after; callers treat them as
/// opaque, send one of them, and the order and the filters that the page had.
struct PageRequest {
  std::uint32_t limit = limits::page_items_default;  // 1..page_items_max
  std::string next_token{};
  std::string previous_token{};
  std::optional<Order> order{};  // unset: the list's own
  /// Somewhere in the name, the id or what else the list says, whatever the case of ASCII letters.
  std::string text{};
};

template <class T>
struct Page {
  std::vector<T> items;
  std::string next_token;        // empty: no more
  std::string previous_token{};  // empty: this is the beginning
};

}  // namespace weir::catalog
