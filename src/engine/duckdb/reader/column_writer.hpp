#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <duckdb.h>

#include "engine/duckdb/reader/field_names.hpp"
#include "engine/duckdb/reader/misfit_log.hpp"
#include "engine/origin.hpp"
#include "engine/spark/type.hpp"

namespace weir::engine::duckdb {

/// Fills one vector of a data chunk, including nested ones, directly in DuckDB's memory. A writer
/// is made once for a type and attached to each chunk's vector in turn. Writing a row again
/// replaces it, so the last of several equal keys wins, as in Spark. Used by one thread.
class ColumnWriter {
 public:
  /// `type` and `misfits` outlive the writer; `any_case` as in FieldNames.
  ColumnWriter(const spark::Type& type, MisfitLog& misfits, bool any_case);

  /// Begins a chunk.
  void attach(duckdb_vector vector);
  /// Ends a chunk: tells DuckDB how long the lists have become.
  void finish();

  const spark::Type& type() const { return type_; }

  /// Writes NULL, also into all nested values.
  void set_null(idx_t row);
  void set_bool(idx_t row, bool value);
  /// Writes any whole-number type; false when the value is out of its range.
  bool set_whole(idx_t row, std::int64_t value);
  void set_timestamp(idx_t row, std::int64_t us);
  void set_bytes(idx_t row, std::string_view bytes);
  void set_origin(idx_t row, Origin origin);  // a UHUGEINT
  /// Reads text as this scalar type (file_text.hpp); false and NULL when it is not such a value.
  bool set_from_text(idx_t row, std::string_view text);
  /// Writes NULL and logs a misfit: the value is not of the type. Always returns false.
  bool set_misfit(idx_t row, std::string_view value);
  MisfitLog& misfits() { return misfits_; }

  /// Writes a struct that is not NULL; its fields, at children(), are NULL until written.
  void begin_struct(idx_t row);
  /// Of a struct: where the fields are, as children().
  FieldNames& names() { return names_; }
  /// For a struct with declared fields: the field of that name; nullptr when there is none.
  ColumnWriter* field(std::string_view name);

  /// Writes an array or map that is empty. `append` adds an entry and returns the row at which to
  /// write in element(), or in key() and value().
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

  const spark::Type& type_;
  MisfitLog& misfits_;
  FieldNames names_;  // of a struct
  std::vector<ColumnWriter> children_;
  duckdb_vector vector_ = nullptr;
  void* data_ = nullptr;
  std::uint64_t* validity_ = nullptr;
  idx_t size_ = 0;      // of a list's child
  idx_t capacity_ = 0;  // likewise
};

}  // namespace weir::engine::duckdb
