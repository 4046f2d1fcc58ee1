#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace weir::gateway {

/// Checks JSON payloads and puts them on one line (spec/payloads.md 1): one object, UTF-8, nested
/// at most limits::json_depth_max deep. Key order, number text (of any size) and escapes stay as
/// sent, including half a surrogate pair. Only white space between tokens is removed, and a leading
/// byte order mark, which RFC 8259 lets a reader ignore. Used by one thread; keeps its memory
/// between calls.
class JsonCheck {
 public:
  JsonCheck();
  ~JsonCheck();
  JsonCheck(JsonCheck&&) noexcept;

  /// Returns the payload on one line, valid until the next call and as long as `body`: it is part
  /// of `body` itself if that is on one line already. `body` has http::body_padding readable bytes
  /// after it. Errors are bad_request and say what is wrong, where, and what to send.
  Result<std::string_view> one_line(std::string_view body);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace weir::gateway
