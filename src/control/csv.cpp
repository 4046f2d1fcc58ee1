#include "control/csv.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

// All values are quoted, so that nobody has to know which ones need it.
namespace weir::control {
namespace {

/// A number may begin with a sign.
bool looks_like_a_formula(std::string_view value) {
  if (value.empty() || std::string_view("=+-@\t\r\n").find(value.front()) == value.npos)
    return false;
  const bool is_number = value.front() == '-' && value.size() > 1 &&
                         std::all_of(value.begin() + 1, value.end(),
                                     [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return !is_number;
}

}  // namespace

void append_csv_line(std::string& csv, const std::vector<std::string>& values) {
  bool first = true;
  for (const std::string& value : values) {
    csv += std::exchange(first, false) ? "\"" : ",\"";
    if (looks_like_a_formula(value)) csv += '\'';
    for (const char c : value)
      csv.append(c == '"' ? 2 : 1, c);
    csv += '"';
  }
  csv += "\r\n";
}

}  // namespace weir::control
