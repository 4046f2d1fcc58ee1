#pragma once

#include <string>

#include "base/http.hpp"
#include "base/result.hpp"
#include "http/request.hpp"

namespace weir::http {

/// Copies a request, so that it outlives the connection's buffer: path and query percent-decoded,
/// header names in lower case, repeated headers joined by ", ". Invalid escapes are bad_request.
Result<Request> copy_request(const RequestView& view, std::string request_id);

}  // namespace weir::http
