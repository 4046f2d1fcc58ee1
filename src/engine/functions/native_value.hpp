#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <duckdb.h>

#include "base/result.hpp"
#include "engine/spark/calendar.hpp"
#include "engine/spark/decimal_text.hpp"
#include "engine/spark/interval.hpp"

/// Values of DuckDB's vectors as C++ ones, for native.hpp and for functions that are no instance of
/// it. Private to this folder.
namespace weir::engine {

using spark::Int128;
using spark::UInt128;

/// A decimal of any precision: the digits without their point.
struct Decimal {
  Int128 unscaled = 0;
  int scale = 0;
};

/// A BLOB.
struct Bytes {
  std::string_view bytes;
};
struct OwnedBytes {
  std::string bytes;
};
/// A list of VARCHAR, as a result.
using Texts = std::vector<std::string>;
/// A list of numbers, as an argument; nothing for NULL in it.
template <class T>
struct List {
  const T* values = nullptr;
  const std::uint64_t* validity = nullptr;  // of the child vector, which `begin` counts in
  idx_t begin = 0;
  idx_t size = 0;

  [[nodiscard]] std::optional<T> at(idx_t i) const {
    const idx_t row = begin + i;
    const bool there = validity == nullptr || (validity[row / 64] >> (row % 64) & 1) != 0;
    return there ? std::optional<T>(values[row]) : std::nullopt;
  }
};
/// The same of texts.
template <>
struct List<std::string_view> {
  duckdb_string_t* values = nullptr;
  const std::uint64_t* validity = nullptr;
  idx_t begin = 0;
  idx_t size = 0;

  [[nodiscard]] std::optional<std::string_view> at(idx_t i) const {
    const idx_t row = begin + i;
    const bool there = validity == nullptr || (validity[row / 64] >> (row % 64) & 1) != 0;
    if (!there) return std::nullopt;
    return std::string_view(duckdb_string_t_data(values + row),
                            duckdb_string_t_length(values[row]));
  }
};
/// And as a result.
template <class T>
using NewList = std::vector<std::optional<T>>;

template <class T>
struct ListItem {
  using Type = void;
};
template <class T>
struct ListItem<List<T>> {
  using Type = T;
};
template <class T>
struct ListItem<NewList<T>> {
  using Type = T;
};
template <>
struct ListItem<Texts> {
  using Type = std::string;
};
template <class T>
inline constexpr bool is_list = !std::is_void_v<typename ListItem<T>::Type>;

/// What a parameter is of, be it optional.
template <class T>
struct ValueOf {
  using Type = T;
  static constexpr bool optional = false;
};
template <class T>
struct ValueOf<std::optional<T>> {
  using Type = T;
  static constexpr bool optional = true;
};
template <class T>
using Value = typename ValueOf<T>::Type;

template <class T>
inline constexpr duckdb_type type_of = DUCKDB_TYPE_INVALID;
template <>
inline constexpr duckdb_type type_of<bool> = DUCKDB_TYPE_BOOLEAN;
template <>
inline constexpr duckdb_type type_of<std::int8_t> = DUCKDB_TYPE_TINYINT;
template <>
inline constexpr duckdb_type type_of<std::int16_t> = DUCKDB_TYPE_SMALLINT;
template <>
inline constexpr duckdb_type type_of<std::int32_t> = DUCKDB_TYPE_INTEGER;
template <>
inline constexpr duckdb_type type_of<std::int64_t> = DUCKDB_TYPE_BIGINT;
template <>
inline constexpr duckdb_type type_of<Int128> = DUCKDB_TYPE_HUGEINT;
template <>
inline constexpr duckdb_type type_of<float> = DUCKDB_TYPE_FLOAT;
template <>
inline constexpr duckdb_type type_of<double> = DUCKDB_TYPE_DOUBLE;
template <>
inline constexpr duckdb_type type_of<std::string_view> = DUCKDB_TYPE_VARCHAR;
template <>
inline constexpr duckdb_type type_of<std::string> = DUCKDB_TYPE_VARCHAR;
template <>
inline constexpr duckdb_type type_of<Bytes> = DUCKDB_TYPE_BLOB;
template <>
inline constexpr duckdb_type type_of<OwnedBytes> = DUCKDB_TYPE_BLOB;
template <>
inline constexpr duckdb_type type_of<spark::Day> = DUCKDB_TYPE_DATE;
template <>
inline constexpr duckdb_type type_of<spark::Moment> = DUCKDB_TYPE_TIMESTAMP;
template <>
inline constexpr duckdb_type type_of<spark::CalendarInterval> = DUCKDB_TYPE_INTERVAL;
template <>
inline constexpr duckdb_type type_of<Texts> = DUCKDB_TYPE_LIST;  // results only
template <>
inline constexpr duckdb_type type_of<Decimal> = DUCKDB_TYPE_ANY;  // arguments only

/// One argument of a chunk.
template <class T>
class Argument {
 public:
  explicit Argument(duckdb_vector vector)
      : data_(duckdb_vector_get_data(vector)), validity_(duckdb_vector_get_validity(vector)) {
    if constexpr (is_list<T>) {
      duckdb_vector items = duckdb_list_vector_get_child(vector);
      items_ = duckdb_vector_get_data(items);
      items_validity_ = duckdb_vector_get_validity(items);
    }
    if constexpr (std::is_same_v<T, Decimal>) {
      duckdb_logical_type type = duckdb_vector_get_column_type(vector);
      scale_ = duckdb_decimal_scale(type);
      internal_ = duckdb_decimal_internal_type(type);
      duckdb_destroy_logical_type(&type);
    }
  }

  [[nodiscard]] bool is_null(idx_t row) const {
    // A query that a person wrote for DuckDB may hand any type to a parameter that takes all.
    if (std::is_same_v<T, Decimal> && internal_ == DUCKDB_TYPE_INVALID) return true;
    return validity_ != nullptr && (validity_[row / 64] >> (row % 64) & 1) == 0;
  }

  [[nodiscard]] T at(idx_t row) const {
    if constexpr (std::is_same_v<T, std::string_view>) {
      return text(row);
    } else if constexpr (std::is_same_v<T, Bytes>) {
      return {text(row)};
    } else if constexpr (is_list<T>) {
      const auto& entry = as<duckdb_list_entry>(row);
      using Item = typename ListItem<T>::Type;
      using Stored =
          std::conditional_t<std::is_same_v<Item, std::string_view>, duckdb_string_t, const Item>;
      return {static_cast<Stored*>(items_), items_validity_, entry.offset, entry.length};
    } else if constexpr (std::is_same_v<T, Int128>) {
      return huge(row);
    } else if constexpr (std::is_same_v<T, Decimal>) {
      switch (internal_) {
        case DUCKDB_TYPE_SMALLINT:
          return {as<std::int16_t>(row), scale_};
        case DUCKDB_TYPE_INTEGER:
          return {as<std::int32_t>(row), scale_};
        case DUCKDB_TYPE_BIGINT:
          return {as<std::int64_t>(row), scale_};
        default:
          return {huge(row), scale_};
      }
    } else {
      return as<T>(row);
    }
  }

 private:
  template <class U>
  [[nodiscard]] const U& as(idx_t row) const {
    return static_cast<const U*>(data_)[row];
  }
  [[nodiscard]] std::string_view text(idx_t row) const {
    duckdb_string_t* value = static_cast<duckdb_string_t*>(data_) + row;
    return {duckdb_string_t_data(value), duckdb_string_t_length(*value)};
  }
  [[nodiscard]] Int128 huge(idx_t row) const {
    const auto& value = as<duckdb_hugeint>(row);
    return (static_cast<Int128>(value.upper) << 64) | value.lower;
  }

  void* data_;
  std::uint64_t* validity_;
  void* items_ = nullptr;
  std::uint64_t* items_validity_ = nullptr;
  int scale_ = 0;
  duckdb_type internal_ = DUCKDB_TYPE_HUGEINT;
};

template <class T>
void put(duckdb_vector out, idx_t row, const T& value) {
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    duckdb_vector_assign_string_element_len(out, row, value.data(), value.size());
  } else if constexpr (std::is_same_v<T, OwnedBytes>) {
    duckdb_vector_assign_string_element_len(out, row, value.bytes.data(), value.bytes.size());
  } else if constexpr (is_list<T>) {
    const idx_t begin = duckdb_list_vector_get_size(out);
    duckdb_list_vector_reserve(out, begin + value.size());
    duckdb_list_vector_set_size(out, begin + value.size());
    duckdb_vector items = duckdb_list_vector_get_child(out);
    for (idx_t i = 0; i < value.size(); ++i) {
      if constexpr (std::is_same_v<T, Texts>) {
        put(items, begin + i, value[i]);
      } else if (value[i]) {
        put(items, begin + i, *value[i]);
      } else {
        duckdb_vector_ensure_validity_writable(items);
        duckdb_validity_set_row_invalid(duckdb_vector_get_validity(items), begin + i);
      }
    }
    static_cast<duckdb_list_entry*>(duckdb_vector_get_data(out))[row] = {begin, value.size()};
  } else if constexpr (std::is_same_v<T, Int128>) {
    static_cast<duckdb_hugeint*>(duckdb_vector_get_data(out))[row] = {
        static_cast<std::uint64_t>(value), static_cast<std::int64_t>(value >> 64)};
  } else {
    static_cast<T*>(duckdb_vector_get_data(out))[row] = value;
  }
}

template <class T>
duckdb_logical_type logical_type_of() {
  if constexpr (is_list<T>) {
    duckdb_logical_type item = duckdb_create_logical_type(type_of<typename ListItem<T>::Type>);
    duckdb_logical_type list = duckdb_create_list_type(item);
    duckdb_destroy_logical_type(&item);
    return list;
  } else {
    return duckdb_create_logical_type(type_of<T>);
  }
}

}  // namespace weir::engine
