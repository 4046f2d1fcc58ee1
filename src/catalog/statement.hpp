#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/dialect.hpp"

namespace weir::catalog {

/// One SQL statement of the catalog. Values are bound in the order of the `:names` in the text, and
/// are copied. Columns are read into the given targets in their order; the targets must outlive the
/// statement. Times are stored as RFC 3339 text, days as "2027-03-02": both sort as text. An error
/// of the database is returned as an Error; a value that its column should not hold is
/// Errc::corrupt. Not thread-safe: used inside one Database transaction.
class Statement {
 public:
  Statement(soci::session& session, std::string sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(const std::string& text);
  Statement& bind(Time time) { return bind(weir::to_string(time)); }
  Statement& bind(Day day) { return bind(weir::to_string(day)); }
  Statement& bind(PayloadType type) { return bind(std::string(weir::to_string(type))); }
  Statement& bind(std::integral auto number) { return bind_number(static_cast<long long>(number)); }
  template <class Tag, class Value>
  Statement& bind(Number<Tag, Value> number) {
    return bind(number.value);
  }
  template <class T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }
  Statement& bind_bytes(const std::string& bytes);

  Statement& into(std::string& text);  // NULL reads as ""
  Statement& into(bool& flag);
  Statement& into(Time& time);
  Statement& into(Day& day);
  Statement& into(std::optional<Time>& time);
  Statement& into(std::optional<Day>& day);
  Statement& into(PayloadType& type);
  Statement& into(std::optional<PayloadType>& type);
  Statement& into(std::integral auto& number) {
    return into_number([&number](long long value) { return narrow(value, number); });
  }
  template <class Tag, class Value>
  Statement& into(Number<Tag, Value>& number) {
    return into(number.value);
  }
  Statement& into_bytes(std::string& bytes);
  /// Reads text through `read`; where `read` returns false, the value is corrupt.
  Statement& into_text(std::function<bool(const std::string&)> read);

  /// Runs a statement without result rows; returns the number of changed rows.
  Result<std::uint64_t> run();
  /// Moves to the next row (at first, to the first one); false when there is none.
  Result<bool> next();

 private:
  struct Slot {
    std::string text;
    long long number = 0;
    std::unique_ptr<soci::blob> bytes;
    soci::indicator indicator = soci::i_ok;
    std::function<bool(const Slot&)> deliver;  // columns only
  };

  Statement& bind_number(long long number);
  Statement& bind_null();
  Statement& into_number(std::function<bool(long long)> deliver);
  Statement& into_slot(std::function<bool(const Slot&)> deliver);
  template <class Work>
  Result<void> guarded(Work&& work);
  Result<void> start(bool and_fetch);

  template <std::integral T>
  static bool narrow(long long value, T& number) {
    number = static_cast<T>(value);
    return static_cast<long long>(number) == value;
  }

  soci::session& session_;
  const Dialect& dialect_;
  const std::string sql_;
  std::optional<soci::statement> statement_;
  std::deque<Slot> values_;
  std::deque<Slot> columns_;
  bool started_ = false;
  std::optional<Error> error_;  // the first error; run and next return it
};

/// Returns all rows of `statement`, whose columns are read into `row`.
template <class T>
Result<std::vector<T>> collect(Statement& statement, const T& row) {
  std::vector<T> rows;
  while (true) {
    WEIR_TRY(const bool more, statement.next());
    if (!more) return rows;
    rows.push_back(row);
  }
}

/// The first row, or nullopt.
template <class T>
Result<std::optional<T>> first(Statement& statement, const T& row) {
  WEIR_TRY(const bool found, statement.next());
  return found ? std::optional<T>(row) : std::nullopt;
}

}  // namespace weir::catalog
