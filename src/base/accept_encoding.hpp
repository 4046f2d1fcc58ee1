#pragma once

#include "base/http.hpp"

namespace weir::http {

/// Whether the client takes an answer in gzip: its Accept-Encoding (RFC 9110, 12.5.3) names "gzip"
/// or "*", with a weight that is not 0. The first of the two that stands there counts.
bool takes_gzip(const Request& request);

}  // namespace weir::http
