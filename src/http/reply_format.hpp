#pragma once

#include <string>

#include "http/exchange.hpp"

namespace weir::http {

/// What a reply says about its connection.
enum class Persistence : std::uint8_t {
  keep,         // HTTP/1.1: no header is needed
  keep_http10,  // the header is sent, for HTTP/1.0 clients that asked
  close,
};

/// Appends a reply in wire format. `head_only`: a reply to HEAD, with the length that the body
/// would have.
void append_reply(std::string& out, const Reply& reply, Persistence persistence, bool head_only);

/// Appends the head of a reply whose body ends with its connection.
void append_head(std::string& out, const Reply& head);

inline constexpr std::string_view continue_reply = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace weir::http
