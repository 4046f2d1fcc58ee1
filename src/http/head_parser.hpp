#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"

namespace weir::http {

/// Reads one head, from the request line to the empty line that ends it. Strict where leniency is
/// how requests are smuggled (RFC 9112 6.3 and 11.2): one length or one "chunked" and nothing
/// else, digits only, every line ends in CRLF, no folding, no control characters, one Host that is
/// one.
///
/// A line is judged when its end is here and by its own bytes alone: what comes out does not
/// depend on how a head was split on its way. head_parser_fuzz.cpp holds it against Boost.Beast.
class HeadParser {
 public:
  /// `bytes`: what is here from the head's first byte on; after `false` the same, moved or not,
  /// and what came behind it. True: `head` is whole, and what is behind head.bytes was not looked
  /// at. False: its end is not here yet. After an error or true: done, use a new one.
  Result<bool> parse(std::string_view bytes, RequestHead& head);

 private:
  std::size_t line_ = 0;      // where the first line begins that was not read yet
  std::size_t searched_ = 0;  // up to where that line's end was looked for
};

}  // namespace weir::http
