#pragma once

#include <string>
#include <vector>

namespace weir::control {

/// Appends a line of CSV as RFC 4180 has it, every value in quotes. Values stay exact: a
/// spreadsheet may take one for a formula.
void append_csv_line(std::string& csv, const std::vector<std::string>& values);

}  // namespace weir::control
