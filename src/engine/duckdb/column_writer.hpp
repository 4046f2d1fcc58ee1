#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <duckdb.h>

#include "engine/duckdb/field_names.hpp"
#include "engine/duckdb/misfit_log.hpp"
#include "engine/spark_type.hpp"

namespace weir::engine {

/// Fills one vector of a data chunk, nested ones included, straight in DuckDB's memory. A writer is
/// made once for a type and attached to each chunk's vector in turn. Writing a row again replaces
/// it, so the last of several equal keys wins, as in Spark. One thread.
class ColumnWriter {
 public:
  /// `type` and `misfits` outlive the writer; `any_case` as in FieldNames.
  ColumnWriter(const SparkType& type, MisfitLog& misfits, bool any_case);

  /// Begins a chunk.
  void attach(duckdb_vector vector);
  /// Ends a chunk: tells DuckDB how long the lists have become.
  void finish();

  const SparkType& type() const { return type_; }

  /// NULL, in all that is below as well.
  void set_null(idx_t row);
  void set_bool(idx_t row, bool value);
  /// Into any of the whole-number types; false when it is out of their range.
  bool set_whole(idx_t row, std::int64_t value);
  void set_double(idx_t row, double value);  // or float
  void set_timestamp(idx_t row, std::int64_t us);
  void set_bytes(idx_t row, std::string_view bytes);
  /// Text read as this scalar type (spark_text.hpp); false and NULL when it is not one.
  bool set_from_text(idx_t row, std::string_view text);
  /// NULL, and noted: what is there is not of the type. Always false.
  bool set_misfit(idx_t row, std::string_view value);
  MisfitLog& misfits() { return misfits_; }

  /// A struct that is there, its fields NULL until written. They are at children().
  void begin_struct(idx_t row);
  /// Of a struct: where the fields are, as children().
  FieldNames& names() { return names_; }
  /// Of a struct whose fields are declared: the field of that name; nullptr when there is none.
  ColumnWriter* field(std::string_view name);

  /// An array or map that is there, empty. `append` makes room for one more in it and says the row
  /// to write in element(), or in key() and value().
  void begin_list(idx_t row);
  idx_t append(idx_t row);
  ColumnWriter& element() { return children_[0]; }
  ColumnWriter& key() { return children_[0]; }
  ColumnWriter& value() { return children_[1]; }
  std::vector<ColumnWriter>& children() { return children_; }

 private:
  void begin_chunk();
  void fetch(duckdb_vector vector);
  void fetch_children();
  void set_valid(idx_t row) { validity_[row / 64] |= std::uint64_t{1} << (row % 64); }
  bool set_decimal(idx_t row, std::string_view text);
  template <class T>
  void put(idx_t row, T value) {
    static_cast<T*>(data_)[row] = value;
    set_valid(row);
  }

  const SparkType& type_;
  MisfitLog& misfits_;
  FieldNames names_;  // of a struct
  std::vector<ColumnWriter> children_;
  duckdb_vector vector_ = nullptr;
  void* data_ = nullptr;
  std::uint64_t* validity_ = nullptr;
  idx_t size_ = 0;      // of a list's child
  idx_t capacity_ = 0;  // likewise
};

}  // namespace weir::engine
