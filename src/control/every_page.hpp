#pragma once

#include <iterator>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "catalog/page.hpp"

namespace weir::control {

/// All items of a list of the catalog: `list(PageRequest)` gives a page.
template <class T, class List>
Result<std::vector<T>> every_page(const List& list) {
  std::vector<T> out;
  catalog::PageRequest page;
  page.limit = limits::page_items_max;
  do {
    WEIR_TRY(auto some, list(page));
    std::move(some.items.begin(), some.items.end(), std::back_inserter(out));
    page.next_token = some.next_token;
  } while (!page.next_token.empty());
  return out;
}

}  // namespace weir::control
