#pragma once

#include <iosfwd>
#include <string>

namespace weir::app {

struct CourierFilesOptions {
  std::string folder;
  std::string settings;  // a file of load settings
  std::string day;       // "2027-03-02", or empty for all there is
  bool read = false;
  bool json = false;
};

/// `weir files`: shows which files of a folder load settings name, day by day, without a server.
/// `read` reads each to its end and shows its SHA-256 and how many records are in it. Returns the
/// process's exit code: 0 only when no required file of a day is missing and what was to be read
/// could be.
int courier_files(const CourierFilesOptions& options, std::ostream& out, std::ostream& error);

}  // namespace weir::app
