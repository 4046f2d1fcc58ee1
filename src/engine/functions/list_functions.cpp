// A function of DuckDB's C API states its types, so that one which gives back elements has an
// overload for each type of element; for nested ones there are macros, which bind their arguments
// by lambdas and cost three to eight times as much. Fractions are left to these too, since NaN and
// the two zeros follow other rules in each function of Spark.
//
// A short list is searched as it stands. A longer one is sorted once: a hash table would let
// whoever sends the data choose values that meet in one place.
#include "engine/functions/list_functions.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/functions/native.hpp"
#include "engine/spark/calendar.hpp"

namespace weir::spark {

// Days and moments are told apart and put in order here only.
static bool operator==(Day a, Day b) {
  return a.days == b.days;
}
static bool operator<(Day a, Day b) {
  return a.days < b.days;
}
static bool operator==(Moment a, Moment b) {
  return a.us == b.us;
}
static bool operator<(Moment a, Moment b) {
  return a.us < b.us;
}

}  // namespace weir::spark

namespace weir::engine {

namespace {

using spark::Day;
using spark::Moment;

constexpr std::size_t short_list = 16;
constexpr std::int32_t elements_max = std::int32_t{1} << 24;  // one row must not take all memory

template <class T>
bool has_null(const List<T>& list) {
  if (list.validity == nullptr) return false;
  for (idx_t i = 0; i < list.size; ++i) {
    if (!list.at(i)) return true;
  }
  return false;
}

/// Where a value is in a list; its size if nowhere.
template <class T>
idx_t place_of(const List<T>& list, const T& value) {
  idx_t i = 0;
  for (; i < list.size; ++i) {
    if (const auto item = list.at(i); item && *item == value) break;
  }
  return i;
}

/// A list that is asked for many values.
template <class T>
class Members {
 public:
  explicit Members(const List<T>& list) : list_(list) {
    if (list.size <= short_list) return;
    sorted_.reserve(list.size);
    for (idx_t i = 0; i < list.size; ++i) {
      if (const auto item = list.at(i)) sorted_.push_back(*item);
    }
    std::sort(sorted_.begin(), sorted_.end());
  }

  [[nodiscard]] bool has(const std::optional<T>& value) const {
    if (!value) return has_null(list_);
    if (list_.size <= short_list) return place_of(list_, *value) < list_.size;
    return std::binary_search(sorted_.begin(), sorted_.end(), *value);
  }

 private:
  List<T> list_;
  std::vector<T> sorted_;
};

template <class T>
void append(NewList<T>& out, const List<T>& list) {
  for (idx_t i = 0; i < list.size; ++i)
    out.push_back(list.at(i));
}

/// Each element once, where it came first; NULL is an element.
template <class T>
NewList<T> each_once(NewList<T> all) {
  if (all.size() <= short_list) {
    auto end = all.begin();
    for (auto item = all.begin(); item != all.end(); ++item) {
      if (std::find(all.begin(), end, *item) == end) *end++ = *item;
    }
    all.erase(end, all.end());
    return all;
  }
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&all](std::size_t a, std::size_t b) { return all[a] < all[b]; });
  std::vector<bool> again(all.size(), false);
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (all[order[i]] == all[order[i - 1]]) again[order[i]] = true;
  }
  NewList<T> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!again[i]) out.push_back(all[i]);
  }
  return out;
}

template <class T>
std::optional<bool> contains(List<T> list, T value) {
  if (place_of(list, value) < list.size) return true;
  return has_null(list) ? std::nullopt : std::optional(false);
}

template <class T>
std::optional<std::int64_t> position(List<T> list, T value) {
  const idx_t place = place_of(list, value);
  return place < list.size ? static_cast<std::int64_t>(place) + 1 : 0;
}

template <class T>
std::optional<NewList<T>> without(List<T> list, T value) {
  NewList<T> out;
  for (idx_t i = 0; i < list.size; ++i) {
    if (const auto item = list.at(i); item != value) out.push_back(item);
  }
  return out;
}

template <class T>
std::optional<NewList<T>> distinct(List<T> list) {
  NewList<T> all;
  all.reserve(list.size);
  append(all, list);
  return each_once(std::move(all));
}

template <class T>
std::optional<NewList<T>> united(List<T> a, List<T> b) {
  NewList<T> all;
  all.reserve(a.size + b.size);
  append(all, a);
  append(all, b);
  return each_once(std::move(all));
}

template <class T, bool Common>
std::optional<NewList<T>> parted(List<T> a, List<T> b) {
  const Members<T> members(b);
  NewList<T> all;
  for (idx_t i = 0; i < a.size; ++i) {
    const auto item = a.at(i);
    if (members.has(item) == Common) all.push_back(item);
  }
  return each_once(std::move(all));
}

/// NULL in either leaves it open whether they have something in common.
template <class T>
std::optional<bool> overlaps(List<T> a, List<T> b) {
  const Members<T> members(b);
  for (idx_t i = 0; i < a.size; ++i) {
    if (const auto item = a.at(i); item && members.has(item)) return true;
  }
  const bool open = a.size > 0 && b.size > 0 && (has_null(a) || has_null(b));
  return open ? std::nullopt : std::optional(false);
}

template <class T>
std::optional<NewList<T>> repeated(std::optional<T> value, std::optional<std::int32_t> count) {
  if (!count || *count > elements_max) return std::nullopt;
  return NewList<T>(static_cast<std::size_t>(std::max(*count, 0)), value);
}

/// A function with an overload for each type of element.
template <template <class> class Function>
Result<void> add_for_each(duckdb_connection connection, const char* name) {
  return add_native<Function<bool>::call, Function<std::int8_t>::call, Function<std::int16_t>::call,
                    Function<std::int32_t>::call, Function<std::int64_t>::call,
                    Function<std::string_view>::call, Function<Day>::call, Function<Moment>::call>(
      connection, name);
}

template <class T>
struct Contains {
  static constexpr auto call = contains<T>;
};
template <class T>
struct Position {
  static constexpr auto call = position<T>;
};
template <class T>
struct Without {
  static constexpr auto call = without<T>;
};
template <class T>
struct Distinct {
  static constexpr auto call = distinct<T>;
};
template <class T>
struct United {
  static constexpr auto call = united<T>;
};
template <class T>
struct Common {
  static constexpr auto call = parted<T, true>;
};
template <class T>
struct Rest {
  static constexpr auto call = parted<T, false>;
};
template <class T>
struct Overlaps {
  static constexpr auto call = overlaps<T>;
};
template <class T>
struct Repeated {
  static constexpr auto call = repeated<T>;
};

}  // namespace

Result<void> add_list_functions(duckdb_connection connection) {
  WEIR_CHECK(add_for_each<Contains>(connection, "spark_list_contains"));
  WEIR_CHECK(add_for_each<Position>(connection, "spark_list_position"));
  WEIR_CHECK(add_for_each<Without>(connection, "spark_list_remove"));
  WEIR_CHECK(add_for_each<Distinct>(connection, "spark_list_distinct"));
  WEIR_CHECK(add_for_each<United>(connection, "spark_list_union"));
  WEIR_CHECK(add_for_each<Common>(connection, "spark_list_intersect"));
  WEIR_CHECK(add_for_each<Rest>(connection, "spark_list_except"));
  WEIR_CHECK(add_for_each<Overlaps>(connection, "spark_lists_overlap"));
  return add_for_each<Repeated>(connection, "spark_list_repeat");
}

}  // namespace weir::engine
