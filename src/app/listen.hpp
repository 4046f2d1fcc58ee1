#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::app {

/// Where to listen.
struct Listen {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: a free one
};

/// Reads "HOST:PORT".
Result<Listen> parse_listen(const std::string& text);

/// "http://127.0.0.1:8080"; an IPv6 address in brackets. Of a wildcard (0.0.0.0) it is the
/// loopback's, which it takes in.
std::string url_of(std::string_view scheme, const std::string& host, std::uint16_t port);

}  // namespace weir::app
