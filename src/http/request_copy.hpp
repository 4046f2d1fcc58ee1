#pragma once

#include <string>

#include "base/http.hpp"
#include "base/result.hpp"
#include "http/request.hpp"

namespace weir::http {

/// Copies a request, so that it outlives the connection's buffer: path and query percent-decoded,
/// but for %2F and %25 in the path, so that a slash in a name is told from those between the
/// segments; header names in lower case, repeated headers joined by ", ". Invalid escapes are
/// bad_request.
Result<Request> copy_request(const RequestView& view, std::string request_id);

}  // namespace weir::http
