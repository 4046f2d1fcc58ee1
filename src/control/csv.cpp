#include "control/csv.hpp"

#include <utility>

// All values are quoted, so that nobody has to know which ones need it.
namespace weir::control {

void append_csv_line(std::string& csv, const std::vector<std::string>& values) {
  bool first = true;
  for (const std::string& value : values) {
    csv += std::exchange(first, false) ? "\"" : ",\"";
    for (const char c : value)
      csv.append(c == '"' ? 2 : 1, c);
    csv += '"';
  }
  csv += "\r\n";
}

}  // namespace weir::control
