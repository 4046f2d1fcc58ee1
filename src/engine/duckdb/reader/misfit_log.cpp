#include "engine/duckdb/reader/misfit_log.hpp"

#include "engine/duckdb/engine_limits.hpp"

/// Misfits are not rows of a table: a query must not see them, and most loads have none. They are
/// not row errors either: the query may never use a value that is NULL for its type.
namespace weir::engine::duckdb {

namespace {

constexpr std::size_t value_bytes_max = 200;

/// Cut between two characters.
std::string shortened(std::string_view text) {
  if (text.size() <= value_bytes_max) return std::string(text);
  std::size_t size = value_bytes_max;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    --size;
  return std::string(text.substr(0, size)) + "...";
}

}  // namespace

void MisfitLog::begin_row(std::int64_t file, std::int64_t row) {
  file_ = file;
  row_ = row;
}

bool MisfitLog::full() const {
  return kept_.size() >= limits::misfits_shown_max;
}

void MisfitLog::add(std::string_view value, std::string_view reason) {
  count();
  if (!full()) kept_.push_back({file_, row_, "", shortened(value), std::string(reason)});
}

void MisfitLog::below(std::size_t mark, std::string_view name) {
  for (std::size_t i = mark; i < kept_.size(); ++i) {
    std::string& path = kept_[i].path;
    if (!path.empty() && path.front() != '[') path.insert(0, 1, '.');
    path.insert(0, name);
  }
}

void MisfitLog::at(std::size_t mark, std::size_t element) {
  if (mark < kept_.size()) below(mark, "[" + std::to_string(element) + "]");
}

}  // namespace weir::engine::duckdb
