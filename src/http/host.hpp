#pragma once

#include <string_view>

namespace weir::http {

/// Whether a Host header's value is valid: uri-host [":" port] of RFC 9110 7.2 and RFC 3986 3.2, or
/// empty.
bool is_host(std::string_view value);

}  // namespace weir::http
