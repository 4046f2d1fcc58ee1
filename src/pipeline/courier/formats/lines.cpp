// A document is not parsed, only cut: a parser would need the whole array in memory, or stop at the
// first record that is at fault. Strings and brackets tell where an item ends; whether it is JSON
// is found out when it is loaded, as for records of a stream.
#include "pipeline/courier/formats/lines.hpp"

#include <string>

#include "pipeline/courier/formats/format_limits.hpp"
#include "pipeline/courier/formats/text_source.hpp"

namespace weir::courier {
namespace {

constexpr std::string_view blanks = " \t\r\n";

bool is_blank(char c) {
  return blanks.find(c) != std::string_view::npos;
}

std::string too_long(std::string_view what) {
  return std::string(what) + " is longer than " + std::to_string(limits::record_bytes_max) +
         " bytes";
}

/// Cuts the items of documents, byte by byte.
class JsonItems {
 public:
  explicit JsonItems(RecordSink& sink) : sink_(sink) {}

  /// False: what follows cannot be read.
  Result<bool> take(std::string_view piece) {
    for (const char c : piece) {
      if (!take(c)) WEIR_CHECK(end_item());
      if (item_.size() <= limits::record_bytes_max) continue;
      WEIR_CHECK(sink_.unreadable(too_long("Item " + std::to_string(items_ + 1) + " of the JSON")));
      return false;
    }
    return true;
  }

  Result<void> end() {
    if (depth_ > 0 || in_string_)
      return sink_.unreadable("The JSON is cut off within item " + std::to_string(items_ + 1));
    return end_item();
  }

 private:
  /// False where the item is over; `c` is not part of it then, or it has been added.
  bool take(char c) {
    if (in_string_) {
      if (c == '\n' || c == '\r') has_break_ = true;  // no string may hold it
      item_ += c == '\n' ? ' ' : c;
      if (escaped_)
        escaped_ = false;
      else if (c == '\\')
        escaped_ = true;
      else if (c == '"')
        in_string_ = false;
      return true;
    }
    if (depth_ == 0 && item_.empty() && (c == '[' || c == ']' || c == ',')) {
      // Around the items of an array. A bracket too many is no record that could be lost.
      const bool opens = c == '[' && !in_array_;
      if (opens || c == ']') in_array_ = opens;
      if (c != '[' || opens) return true;
    }
    if (depth_ == 0 && (c == ',' || (c == ']' && in_array_))) {
      if (c == ']') in_array_ = false;
      return false;
    }
    if (is_blank(c)) {
      if (depth_ == 0) return item_.empty();
      item_ += c == '\n' || c == '\r' ? ' ' : c;
      return true;
    }
    item_ += c;
    if (c == '"') in_string_ = true;
    if (c == '{' || c == '[') ++depth_;
    if (c == '}' || c == ']') {
      if (depth_ > 0) --depth_;
      return depth_ > 0;
    }
    return true;
  }

  Result<void> end_item() {
    if (item_.empty()) return {};
    ++items_;
    auto done =
        has_break_
            ? sink_.unreadable("Item " + std::to_string(items_) + " has a line break within a text")
            : sink_.record(item_);
    item_.clear();
    has_break_ = false;
    return done;
  }

  RecordSink& sink_;
  std::string item_;
  std::uint64_t items_ = 0;
  std::uint64_t depth_ = 0;
  bool in_array_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  bool has_break_ = false;
};

}  // namespace

Result<void> read_lines(ByteSource& text, RecordSink& sink) {
  TextBuffer buffer(text);
  std::uint64_t line = 1;
  std::size_t seen = 0;  // bytes of the line without an end
  bool passing = false;  // over the rest of a line that is too long
  while (true) {
    const std::size_t end = buffer.text().find('\n', seen);
    if (end == std::string_view::npos) {
      seen = buffer.text().size();
      if (!passing && seen > limits::record_bytes_max) {
        passing = true;
        WEIR_CHECK(sink.unreadable(too_long("Line " + std::to_string(line))));
      }
      if (passing) {
        buffer.take(seen);
        seen = 0;
      }
      WEIR_TRY(const bool more, buffer.more());
      if (more) continue;
    }
    std::string_view one = buffer.text().substr(0, end);
    const std::size_t whole = one.size() + (end == std::string_view::npos ? 0 : 1);
    while (!one.empty() && one.back() == '\r')
      one.remove_suffix(1);
    if (!passing && one.find_first_not_of(blanks) != std::string_view::npos)
      WEIR_CHECK(sink.record(one));
    if (end == std::string_view::npos) return {};
    buffer.take(whole);
    seen = 0;
    passing = false;
    ++line;
  }
}

Result<void> read_json(ByteSource& text, RecordSink& sink) {
  JsonItems items(sink);
  while (true) {
    WEIR_TRY(const std::string_view piece, text.next());
    if (piece.empty()) return items.end();
    WEIR_TRY(const bool goes_on, items.take(piece));
    if (!goes_on) return {};
  }
}

}  // namespace weir::courier
