#pragma once

#include <string>

#include "http/exchange.hpp"

namespace weir::http {

/// What a reply says about its connection.
enum class Persistence : std::uint8_t {
  keep,         // HTTP/1.1: nothing need be said
  keep_http10,  // said, for clients of HTTP/1.0 that asked
  close,
};

/// Appends a reply as it goes over the wire. `head_only`: to a HEAD request, with the length the
/// body would have.
void append_reply(std::string& out, const Reply& reply, Persistence persistence, bool head_only);

inline constexpr std::string_view continue_reply = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace weir::http
