#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"

namespace weir::http {

/// Parses one head, from the request line to the empty line. Strict where leniency allows request
/// smuggling (RFC 9112 6.3 and 11.2): one length or one "chunked" and nothing else, digits only,
/// CRLF at the end of every line, no folding, no control characters, exactly one Host, which must
/// be valid.
///
/// A line is parsed once its end has arrived, from its own bytes alone: so the result does not
/// depend on how a head was split in transit. head_parser_fuzz.cpp compares it with Boost.Beast.
class HeadParser {
 public:
  /// `bytes`: all bytes from the head's first one on; after `false`, pass the same bytes (moved or
  /// not) and those that followed. True: `head` is complete; bytes after head.bytes are unread.
  /// False: the head is incomplete. After an error or true, use a new parser.
  Result<bool> parse(std::string_view bytes, RequestHead& head);

 private:
  std::size_t line_ = 0;      // start of the first line not parsed yet
  std::size_t searched_ = 0;  // that line's end was searched up to here
};

}  // namespace weir::http
