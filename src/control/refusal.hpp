#pragma once

#include <string>
#include <string_view>

#include "base/http.hpp"
#include "base/result.hpp"

namespace weir::control {

/// The answer to a request that failed. Callers are not told where the server keeps its things: the
/// paths below `directory` are relative. A 400 says in "errors" where in the request each fault is:
/// {"pointer", "message"} of the body (RFC 6901), or {"parameter", "message"} of the query. One of
/// SQL has its "position": {"line", "column", "length"}, counted from 1 in characters.
http::Response refusal(const http::Request& request, const Error& why, std::string_view directory);

}  // namespace weir::control
