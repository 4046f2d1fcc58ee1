#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::engine::duckdb {

/// A value that its column could not take.
struct Misfit {
  std::int64_t file = 0;  // the file's index in the plan
  std::int64_t row = 0;   // as in RowOrigin
  std::string path;       // of the field: "order.lines[2].price"
  std::string value;      // as text, shortened
  std::string reason;     // "does not fit BIGINT"
};

/// The values that one pass over the files could not store in a column: all are counted by column,
/// the first ones are kept. A misfit's path is put together from its end to its front, and only
/// where there is a misfit. Used by one thread.
class MisfitLog {
 public:
  /// For `columns` columns; a misfit of none of them is counted at index `columns`.
  explicit MisfitLog(std::size_t columns) : counts_(columns + 1) {}

  /// Sets the origin of the next misfits.
  void begin_row(std::int64_t file, std::int64_t row);
  void begin_column(std::size_t column) { column_ = column; }

  void count() {
    ++counts_[column_];
    ++total_;
  }
  /// Whether no more misfits are kept, so that their texts need not be made.
  bool full() const;
  /// Counts one and keeps it if there is room.
  void add(std::string_view value, std::string_view reason);

  /// What makes the whole record no row: what is wrong with it. The first one counts.
  void refuse_record(std::string what) {
    if (refusal_.empty()) refusal_ = std::move(what);
  }
  /// Empty: the record is a row. Forgotten with this call.
  std::string take_refusal() { return std::exchange(refusal_, {}); }

  /// A mark for below() and at(): they put a field or an element in front of the paths kept since.
  std::size_t mark() const { return kept_.size(); }
  void below(std::size_t mark, std::string_view name);
  void at(std::size_t mark, std::size_t element);

  std::uint64_t total() const { return total_; }
  const std::vector<std::uint64_t>& counts() const { return counts_; }
  const std::vector<Misfit>& kept() const { return kept_; }

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t total_ = 0;
  std::vector<Misfit> kept_;
  std::int64_t file_ = 0;
  std::int64_t row_ = 0;
  std::size_t column_ = 0;
  std::string refusal_;
};

}  // namespace weir::engine::duckdb
