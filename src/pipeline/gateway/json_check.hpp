#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace weir::gateway {

/// Judges JSON payloads and brings them onto one line (spec/payloads.md 1): one object, UTF-8,
/// nested at most limits::json_depth_max deep. Key order, number text (of any size) and escapes
/// stay as sent, those of half a surrogate pair too; only white space between tokens goes, and a
/// byte order mark before them, which RFC 8259 lets a reader ignore. One thread; keeps its memory
/// from call to call.
class JsonCheck {
 public:
  JsonCheck();
  ~JsonCheck();
  JsonCheck(JsonCheck&&) noexcept;

  /// The payload on one line, good until the next call and as long as `body`: it is part of `body`
  /// itself where that is on one line already. `body` has http::body_padding readable bytes behind
  /// it. Refusals are bad_request and say what is wrong, where, and what to send.
  Result<std::string_view> one_line(std::string_view body);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace weir::gateway
