#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace weir::gateway {

/// Decides fast whether a text is one JSON object, by the same rules as find_json_fault and nested
/// at most limits::json_depth_max deep; does not say why not. simdjson's first stage finds where
/// tokens begin, and our own walk over these positions does the rest. The second stage of
/// simdjson's DOM also writes a tape, converts every number and copies every string, which is not
/// needed here: the walk takes a third of its time, half where most of the text is long numbers.
///
/// Used by one thread; keeps its memory between calls.
class JsonWalk {
 public:
  enum class Verdict : unsigned char {
    refused,  // or there was no memory to decide
    spaced,   // an object, with white space between its tokens, before or behind it
    compact,  // an object on one line, as short as it gets
  };

  JsonWalk();
  ~JsonWalk();
  JsonWalk(JsonWalk&&) noexcept;

  /// `text` has http::body_padding readable bytes after it, of any value.
  Verdict judge(std::string_view text);

  /// Frees the memory that only a large text needs.
  void shrink();

 private:
  struct Stage1;
  std::unique_ptr<Stage1> stage1_;
};

}  // namespace weir::gateway
