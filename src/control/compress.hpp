#pragma once

#include "base/http.hpp"

namespace weir::control {

/// Compresses the body with gzip where the caller takes that and it is text of a KiB or more.
void compress(const http::Request& request, http::Response& response);

}  // namespace weir::control
