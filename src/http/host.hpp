#pragma once

#include <string_view>

namespace weir::http {

/// Whether a Host header's value is one: uri-host [":" port] of RFC 9110 7.2 and RFC 3986 3.2, or
/// nothing.
bool is_host(std::string_view value);

}  // namespace weir::http
