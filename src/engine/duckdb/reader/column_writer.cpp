// Writes into the memory of DuckDB's vectors. DuckDB's appender would take one value at a time
// through a call each, and has no nested types in its C interface.

#include "engine/duckdb/reader/column_writer.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/assert.hpp"
#include "engine/spark/decimal_text.hpp"
#include "engine/spark/file_text.hpp"

namespace weir::engine::duckdb {

namespace {

using spark::Kind;

// The longest text that DuckDB keeps within a string's own 16 bytes.
constexpr std::size_t inlined_max = 12;
// Up to these many digits a DECIMAL is kept in 16, 32 and 64 bits.
constexpr int small_decimal_digits = 4;
constexpr int middle_decimal_digits = 9;
constexpr int large_decimal_digits = 18;

template <class T>
bool fits(std::int64_t value) {
  return value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
}

bool is_list(Kind kind) {
  return kind == Kind::array || kind == Kind::map;
}

}  // namespace

ColumnWriter::ColumnWriter(const spark::Type& type, MisfitLog& misfits, bool any_case)
    : type_(type), misfits_(misfits), names_(type.fields(), any_case) {
  children_.reserve(type.fields().size());
  for (const spark::Field& inner : type.fields())
    children_.emplace_back(inner.type, misfits, any_case);
}

void ColumnWriter::attach(duckdb_vector vector) {
  begin_chunk();
  fetch(vector);
}

void ColumnWriter::begin_chunk() {
  size_ = 0;
  capacity_ = 0;
  for (ColumnWriter& child : children_)
    child.begin_chunk();
}

/// Where the vector's memory is now; again after each growth of a list above it.
void ColumnWriter::fetch(duckdb_vector vector) {
  vector_ = vector;
  data_ = duckdb_vector_get_data(vector);
  duckdb_vector_ensure_validity_writable(vector);
  validity_ = duckdb_vector_get_validity(vector);
  fetch_children();
}

void ColumnWriter::fetch_children() {
  if (type_.kind() == Kind::struct_) {
    for (std::size_t i = 0; i < children_.size(); ++i)
      children_[i].fetch(duckdb_struct_vector_get_child(vector_, i));
  } else if (type_.kind() == Kind::array) {
    children_[0].fetch(duckdb_list_vector_get_child(vector_));
  } else if (type_.kind() == Kind::map) {
    duckdb_vector pairs = duckdb_list_vector_get_child(vector_);
    key().fetch(duckdb_struct_vector_get_child(pairs, 0));
    value().fetch(duckdb_struct_vector_get_child(pairs, 1));
  }
}

void ColumnWriter::finish() {
  if (is_list(type_.kind())) duckdb_list_vector_set_size(vector_, size_);
  for (ColumnWriter& child : children_)
    child.finish();
}

void ColumnWriter::set_null(idx_t row) {
  validity_[row / 64] &= ~(std::uint64_t{1} << (row % 64));
  if (type_.kind() == Kind::struct_) {
    for (ColumnWriter& child : children_)
      child.set_null(row);
  } else if (is_list(type_.kind())) {
    static_cast<duckdb_list_entry*>(data_)[row] = {0, 0};
  }
}

void ColumnWriter::set_bool(idx_t row, bool value) {
  put(row, value);
}

bool ColumnWriter::set_whole(idx_t row, std::int64_t value) {
  switch (type_.kind()) {
    case Kind::byte:
      if (!fits<std::int8_t>(value)) return false;
      put(row, static_cast<std::int8_t>(value));
      return true;
    case Kind::short_:
      if (!fits<std::int16_t>(value)) return false;
      put(row, static_cast<std::int16_t>(value));
      return true;
    case Kind::int_:
      if (!fits<std::int32_t>(value)) return false;
      put(row, static_cast<std::int32_t>(value));
      return true;
    default:
      put(row, value);
      return true;
  }
}

void ColumnWriter::set_timestamp(idx_t row, std::int64_t us) {
  put(row, us);
}

void ColumnWriter::set_bytes(idx_t row, std::string_view bytes) {
  if (bytes.size() > inlined_max) {
    duckdb_vector_assign_string_element_len(vector_, row, bytes.data(), bytes.size());
    return set_valid(row);
  }
  duckdb_string_t text{};
  text.value.inlined.length = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(text.value.inlined.inlined, bytes.data(), bytes.size());
  put(row, text);
}

void ColumnWriter::set_origin(idx_t row, Origin origin) {
  put(row, duckdb_uhugeint{origin.low, origin.high});
}

bool ColumnWriter::set_from_text(idx_t row, std::string_view text) {
  const auto set = [this, row](const auto& value, auto setter) {
    if (value) (this->*setter)(row, *value);
    return value.has_value();
  };
  bool fits = false;
  switch (type_.kind()) {
    case Kind::string:
    case Kind::binary:
      set_bytes(row, text);
      return true;
    case Kind::boolean:
      fits = set(spark::boolean_from_file(text), &ColumnWriter::set_bool);
      break;
    case Kind::byte:
    case Kind::short_:
    case Kind::int_:
    case Kind::long_:
      if (const auto value = spark::long_from_file(text)) fits = set_whole(row, *value);
      break;
    case Kind::float_:
      fits = set(spark::float_from_file(text), &ColumnWriter::put<float>);
      break;
    case Kind::double_:
      fits = set(spark::double_from_file(text), &ColumnWriter::put<double>);
      break;
    case Kind::decimal:
      fits = set_decimal(row, text);
      break;
    case Kind::date:
      if (const auto day = spark::date_from_file(text)) {
        put(row, day->days);
        fits = true;
      }
      break;
    case Kind::timestamp:
      if (const auto moment = spark::timestamp_from_file(text)) {
        set_timestamp(row, moment->us);
        fits = true;
      }
      break;
    case Kind::null_:
    case Kind::timestamp_ntz:  // no schema has this and the intervals
    case Kind::year_month:
    case Kind::day_time:
    case Kind::calendar:
    case Kind::array:
    case Kind::map:
    case Kind::struct_:
      break;
  }
  if (!fits) set_null(row);
  return fits;
}

bool ColumnWriter::set_misfit(idx_t row, std::string_view value) {
  set_null(row);
  if (misfits_.full()) {
    misfits_.count();
  } else {
    misfits_.add(value, "does not fit " + type_.spark_ddl());
  }
  return false;
}

bool ColumnWriter::set_decimal(idx_t row, std::string_view text) {
  const auto value = spark::decimal_from_text(text, type_.precision(), type_.scale());
  if (!value) return false;
  if (type_.precision() <= small_decimal_digits) {
    put(row, static_cast<std::int16_t>(*value));
  } else if (type_.precision() <= middle_decimal_digits) {
    put(row, static_cast<std::int32_t>(*value));
  } else if (type_.precision() <= large_decimal_digits) {
    put(row, static_cast<std::int64_t>(*value));
  } else {
    put(row, duckdb_hugeint{static_cast<std::uint64_t>(*value),
                            static_cast<std::int64_t>(*value >> 64)});
  }
  return true;
}

void ColumnWriter::begin_struct(idx_t row) {
  for (ColumnWriter& child : children_)
    child.set_null(row);
  set_valid(row);
  names_.begin_object();
}

ColumnWriter* ColumnWriter::field(std::string_view name) {
  const std::size_t index = names_.find(name).index;
  return index == FieldNames::none ? nullptr : &children_[index];
}

void ColumnWriter::begin_list(idx_t row) {
  put(row, duckdb_list_entry{size_, 0});
}

idx_t ColumnWriter::append(idx_t row) {
  if (size_ == capacity_) {
    capacity_ = std::max<idx_t>(capacity_ * 2, duckdb_vector_size());
    // A growing list keeps as many of its elements as this size says.
    duckdb_list_vector_set_size(vector_, size_);
    const duckdb_state grown = duckdb_list_vector_reserve(vector_, capacity_);
    WEIR_ASSERT(grown == DuckDBSuccess);
    fetch_children();
  }
  ++static_cast<duckdb_list_entry*>(data_)[row].length;
  return size_++;
}

}  // namespace weir::engine::duckdb
