#include "engine/duckdb/read_plan.hpp"

#include <utility>

namespace weir::engine {

void ReadReport::set_error(Error error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
}

std::optional<Error> ReadReport::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void ReadReport::set_names(std::vector<bool> columns, std::set<std::string> others) {
  const std::lock_guard lock(mutex_);
  columns_ = std::move(columns);
  others_ = std::move(others);
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

}  // namespace weir::engine
