#pragma once

#include <string>

#include "base/time.hpp"

namespace weir::cli::demo {

/// "2027-03-02T08:00:00Z": to the second, as the senders of the demo's payloads write it.
inline std::string moment(Time at) {
  return to_string(std::chrono::floor<std::chrono::seconds>(at)).substr(0, 19) + "Z";
}

}  // namespace weir::cli::demo
