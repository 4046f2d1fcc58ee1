#pragma once

#include <string>
#include <vector>

namespace weir::control {

/// Appends a line of CSV as RFC 4180 has it, every value in quotes. A value that a spreadsheet
/// would take for a formula gets an apostrophe in front: who may send payloads chooses values, and
/// who reads them opens the file. The JSON of the same list has them exactly.
void append_csv_line(std::string& csv, const std::vector<std::string>& values);

}  // namespace weir::control
