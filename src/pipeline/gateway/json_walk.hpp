#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace weir::gateway {

/// Says fast whether a text is one JSON object, by the same rules as find_json_fault and nested at
/// most limits::json_depth_max deep; never why not. simdjson's first stage finds where the tokens
/// begin, a walk of ours over these places does the rest. The second stage of simdjson's DOM would
/// do it too, but besides writes a tape, converts every number and copies every string, of which
/// nothing is wanted here: the walk takes a third of its time, half where most is long numbers.
///
/// One thread; keeps its memory from call to call.
class JsonWalk {
 public:
  enum class Verdict : unsigned char {
    refused,  // or there was no memory to tell
    spaced,   // an object, with white space between its tokens, before or behind it
    compact,  // an object on one line, as short as it gets
  };

  JsonWalk();
  ~JsonWalk();
  JsonWalk(JsonWalk&&) noexcept;

  /// `text` has http::body_padding readable bytes behind it; what they say does not matter.
  Verdict judge(std::string_view text);

  /// Gives back the memory that only a large text needs.
  void shrink();

 private:
  struct Stage1;
  std::unique_ptr<Stage1> stage1_;
};

}  // namespace weir::gateway
