#pragma once

#include <string>

namespace weir::control {

/// The authorisation table as docs/authorization.md shows it.
std::string authorization_markdown();

}  // namespace weir::control
