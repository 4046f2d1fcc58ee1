// The columns of one source, named by position towards SQL, with the names of the data beside them.

#include "engine/duckdb/reader/read_plan.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "engine/duckdb/engine_limits.hpp"

namespace weir::engine::duckdb {

std::size_t ReadPlan::pieces() const {
  std::size_t out = paths.size();
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (claims[i]) out += claims[i]->bytes / limits::read_buffer_bytes;
  }
  return out;
}

FilePlace ReadPlan::place_of(const std::string& path) const {
  const bool is_remote = remote != nullptr && path.starts_with(remote->root());
  return {path, is_remote ? remote : nullptr};
}

std::optional<FileClaim> ReadPlan::claim(std::size_t file) const {
  return file < claims.size() ? claims[file] : std::nullopt;
}

FileRecords ReadPlan::records_of(std::size_t file) const {
  return file < records.size() ? records[file] : FileRecords();
}

const std::map<std::uint64_t, std::string>* ReadPlan::mended_of(std::size_t file) const {
  const auto found = mended.find(file);
  return found == mended.end() ? nullptr : &found->second;
}

const std::set<std::uint64_t>* ReadPlan::only_of(std::size_t file) const {
  const auto found = only.find(file);
  return found == only.end() ? nullptr : &found->second;
}

const std::string& ReadPlan::name(std::size_t file) const {
  return file < claims.size() && claims[file] ? claims[file]->key : paths[file];
}

Result<void> check_files(const ReadPlan& plan, const ReadReport& report) {
  for (std::size_t i = 0; i < plan.paths.size(); ++i) {
    const auto claim = plan.claim(i);
    if (!claim || report.is_whole(i)) continue;
    WEIR_TRY(BatchFile file, BatchFile::open(plan.place(i), claim));
    WEIR_CHECK(file.read_to_end());
  }
  return {};
}

void ReadReport::note_whole(std::size_t file) {
  const std::lock_guard lock(mutex_);
  whole_.insert(file);
}

bool ReadReport::is_whole(std::size_t file) const {
  const std::lock_guard lock(mutex_);
  return whole_.contains(file);
}

void ReadReport::add_rows_of(std::size_t file, std::uint64_t count) {
  if (count == 0) return;
  const std::lock_guard lock(mutex_);
  rows_of_[file] += count;
}

std::uint64_t ReadReport::rows_of(std::size_t file) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_of_.find(file);
  return found == rows_of_.end() ? 0 : found->second;
}

void ReadReport::add_bad_record(BadRecord bad) {
  const std::lock_guard lock(mutex_);
  bad_records_.emplace(std::pair(bad.file, bad.row), std::move(bad.what));
}

std::vector<BadRecord> ReadReport::bad_records() const {
  const std::lock_guard lock(mutex_);
  std::vector<BadRecord> out;
  out.reserve(bad_records_.size());
  for (const auto& [place, what] : bad_records_)
    out.push_back({place.first, place.second, what});
  return out;
}

void ReadReport::set_error(Error error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
}

std::optional<Error> ReadReport::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void ReadReport::set_misfits(const std::vector<std::uint64_t>& by_column,
                             const std::vector<Misfit>& first) {
  const std::lock_guard lock(mutex_);
  misfits_.resize(by_column.size());
  for (std::size_t i = 0; i < misfits_.size(); ++i)
    misfits_[i] = std::max(misfits_[i], by_column[i]);
  keep(first);
}

void ReadReport::set_inferred_misfits(const MisfitLog& found) {
  const std::lock_guard lock(mutex_);
  inferred_misfits_ = found.total();
  keep(found.kept());
}

/// Each thread gives its first ones, so the first ones of all are among them.
void ReadReport::keep(const std::vector<Misfit>& misfits) {
  for (const Misfit& each : misfits) {
    const bool known =
        std::any_of(first_misfits_.begin(), first_misfits_.end(), [&each](const Misfit& other) {
          return other.file == each.file && other.row == each.row && other.path == each.path;
        });
    if (!known) first_misfits_.push_back(each);
  }
  std::stable_sort(first_misfits_.begin(), first_misfits_.end(),
                   [](const Misfit& a, const Misfit& b) {
                     return std::pair(a.file, a.row) < std::pair(b.file, b.row);
                   });
  if (first_misfits_.size() > limits::misfits_shown_max)
    first_misfits_.resize(limits::misfits_shown_max);
}

std::uint64_t ReadReport::misfits() const {
  const std::lock_guard lock(mutex_);
  return std::accumulate(misfits_.begin(), misfits_.end(), inferred_misfits_);
}

std::vector<Misfit> ReadReport::first_misfits() const {
  const std::lock_guard lock(mutex_);
  return first_misfits_;
}

void ReadReport::add_names(const std::vector<bool>& columns, const std::set<std::string>& others) {
  const std::lock_guard lock(mutex_);
  columns_.resize(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns_[i] = columns_[i] || columns[i];
  others_.insert(others.begin(), others.end());
  while (others_.size() > limits::names_reported_max)
    others_.erase(std::prev(others_.end()));
}

std::vector<bool> ReadReport::columns() const {
  const std::lock_guard lock(mutex_);
  return columns_;
}

std::set<std::string> ReadReport::others() const {
  const std::lock_guard lock(mutex_);
  return others_;
}

std::uint64_t Readings::add(std::shared_ptr<Reading> reading) {
  const std::lock_guard lock(mutex_);
  readings_.emplace(++last_, std::move(reading));
  return last_;
}

void Readings::remove(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  readings_.erase(number);
}

std::shared_ptr<Reading> Readings::find(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = readings_.find(number);
  return found == readings_.end() ? nullptr : found->second;
}

}  // namespace weir::engine::duckdb
