#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/assert.hpp"

namespace weir::gateway {

/// The largest number a DenseTable has a cell for.
inline constexpr std::uint32_t dense_numbers_max = 4096 * 1024 - 1;

/// One cell for each number of a dense sequence that starts at 1, as stream and tenant numbers are:
/// two levels instead of a hash map and a lock. Cells start as `Cell{}` and never move. A thousand
/// at a time are made when one of them is first requested. Thread-safe where Cell is.
template <class Cell>
class DenseTable {
 public:
  DenseTable() {
    for (auto& page : pages_)
      page.store(nullptr, std::memory_order_relaxed);
  }
  ~DenseTable() {
    for (auto& page : pages_)
      delete page.load(std::memory_order_relaxed);
  }
  DenseTable(const DenseTable&) = delete;
  DenseTable& operator=(const DenseTable&) = delete;

  Cell& operator[](std::uint32_t number) {
    WEIR_ASSERT(number <= dense_numbers_max);
    auto& place = pages_[number / cells_a_page];
    Page* page = place.load(std::memory_order_acquire);
    if (!page) {
      auto fresh = std::make_unique<Page>();
      if (place.compare_exchange_strong(page, fresh.get(), std::memory_order_acq_rel))
        page = fresh.release();
    }
    return page->cells[number % cells_a_page];
  }

  /// Null if neither this cell nor a cell of its block was requested before.
  Cell* find(std::uint32_t number) {
    WEIR_ASSERT(number <= dense_numbers_max);
    Page* page = pages_[number / cells_a_page].load(std::memory_order_acquire);
    return page ? &page->cells[number % cells_a_page] : nullptr;
  }

 private:
  static constexpr std::uint32_t pages = 4096;
  static constexpr std::uint32_t cells_a_page = 1024;
  static_assert(pages * cells_a_page - 1 == dense_numbers_max);
  struct Page {
    std::array<Cell, cells_a_page> cells{};
  };
  std::array<std::atomic<Page*>, pages> pages_;
};

}  // namespace weir::gateway
