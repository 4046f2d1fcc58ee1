#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::engine {

/// A value that its column could not take.
struct Misfit {
  std::int64_t file = 0;  // its place in the plan
  std::int64_t row = 0;   // as in RowOrigin
  std::string path;       // of the field: "order.lines[2].price"
  std::string value;      // as text, shortened
  std::string reason;     // "does not fit BIGINT"
};

/// What one pass over the files could not give a column: all counted, by column, and the first ones
/// kept to be shown. The path of a misfit is put together on the way out of the value, because it
/// is needed only where there is one. One thread.
class MisfitLog {
 public:
  /// Of so many columns; what belongs to none is `columns`.
  explicit MisfitLog(std::size_t columns) : counts_(columns + 1) {}

  /// Whose the next misfits are.
  void begin_row(std::int64_t file, std::int64_t row);
  void begin_column(std::size_t column) { column_ = column; }

  void count() {
    ++counts_[column_];
    ++total_;
  }
  /// Whether no more are kept, so that nobody needs to word them.
  bool full() const;
  /// Counts one and keeps it if there is room.
  void add(std::string_view value, std::string_view reason);

  /// How many are kept, for what follows: those after the mark stand below a field or an element.
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
};

}  // namespace weir::engine
