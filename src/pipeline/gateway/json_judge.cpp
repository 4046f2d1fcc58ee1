#include "pipeline/gateway/json_judge.hpp"

#include <vector>

#include "base/bytes.hpp"

namespace weir::gateway {
namespace {

using Kind = JsonFault::Kind;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Parses a text in one pass. Each read_ function begins at at_ and leaves at_ after what it read.
/// It returns false, with fault_ set, where it could not.
class JsonJudge {
 public:
  JsonJudge(std::string_view text, std::size_t depth_max) : text_(text), depth_max_(depth_max) {}

  std::optional<JsonFault> judge() {
    while (expected_ != Expected::nothing)
      if (!step()) return fault_;
    skip_space();
    if (at_ != text_.size()) return JsonFault{Kind::trailing, at_, "something follows the value"};
    return std::nullopt;
  }

 private:
  enum class Expected : unsigned char {
    value,
    value_or_end,  // of an array that has just begun
    key,
    key_or_end,  // of an object that has just begun
    colon,
    comma_or_end,
    nothing,
  };

  bool step() {
    skip_space();
    if (at_end()) return cut_short();
    switch (expected_) {
      case Expected::value:
      case Expected::value_or_end:
        return read_value();
      case Expected::key:
      case Expected::key_or_end:
        return read_key();
      case Expected::colon:
        expected_ = Expected::value;
        return read(':') || invalid("a colon is expected after the name");
      case Expected::comma_or_end:
        return read_comma_or_end();
      case Expected::nothing:
        break;
    }
    return true;
  }

  bool read_value() {
    if (expected_ == Expected::value_or_end && here() == ']') return close();
    switch (here()) {
      case '{':
      case '[':
        return open();
      case '"':
        return read_string() && value_done();
      case 't':
        return read_word("true");
      case 'f':
        return read_word("false");
      case 'n':
        return read_word("null");
      default:
        break;
    }
    if (here() == '-' || is_digit(here())) return read_number() && value_done();
    return invalid("a value is expected");
  }

  bool read_key() {
    if (expected_ == Expected::key_or_end && here() == '}') return close();
    if (here() != '"') return invalid("a name in double quotes is expected");
    expected_ = Expected::colon;
    return read_string();
  }

  bool read_comma_or_end() {
    const bool in_object = open_.back();
    if (read(',')) {
      expected_ = in_object ? Expected::key : Expected::value;
      return true;
    }
    if (here() == (in_object ? '}' : ']')) return close();
    return invalid(in_object ? "a comma or } is expected" : "a comma or ] is expected");
  }

  bool open() {
    if (open_.size() == depth_max_) return refuse(Kind::too_deep, at_, "it is nested too deep");
    open_.push_back(here() == '{');
    expected_ = here() == '{' ? Expected::key_or_end : Expected::value_or_end;
    ++at_;
    return true;
  }

  bool close() {
    ++at_;
    open_.pop_back();
    return value_done();
  }

  bool value_done() {
    expected_ = open_.empty() ? Expected::nothing : Expected::comma_or_end;
    return true;
  }

  bool read_word(std::string_view word) {
    for (const char c : word) {
      if (at_end()) return cut_short();
      if (!read(c)) return invalid("it is none of true, false and null");
    }
    return value_done();
  }

  bool read_number() {
    read('-');
    if (at_end()) return cut_short();
    if (read('0')) {
      if (!at_end() && is_digit(here())) return invalid("a number begins with a needless 0");
    } else if (!read_digits()) {
      return false;
    }
    if (!at_end() && read('.') && !read_digits()) return false;
    if (at_end() || (here() != 'e' && here() != 'E')) return true;
    ++at_;
    if (!at_end() && !read('+')) read('-');
    return read_digits();
  }

  bool read_digits() {
    if (at_end()) return cut_short();
    if (!is_digit(here())) return invalid("a digit is expected");
    while (!at_end() && is_digit(here()))
      ++at_;
    return true;
  }

  bool read_string() {
    ++at_;
    while (!at_end()) {
      const auto c = static_cast<unsigned char>(here());
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c < 0x20) return invalid("a string has a control character that is not escaped");
      if (c == '\\') {
        if (!read_escape()) return false;
      } else if (c < 0x80) {
        ++at_;
      } else if (!read_utf8()) {
        return false;
      }
    }
    return cut_short();
  }

  bool read_escape() {
    const std::size_t begin = at_++;
    if (at_end()) return cut_short();
    const char kind = text_[at_++];
    if (std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos) return true;
    if (kind != 'u') return refuse(Kind::invalid, begin, "there is no such escape");
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_end()) return cut_short();
      if (hex_digit(here()) < 0) return invalid("\\u needs four hex digits");
    }
    return true;
  }

  /// One character of more than one byte (RFC 3629): no longer than it need be, no surrogate, none
  /// past U+10FFFF.
  bool read_utf8() {
    const auto lead = static_cast<unsigned char>(here());
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4) return invalid("the bytes are not UTF-8");
    for (std::size_t i = 1; i < size; ++i) {
      if (at_ + i == text_.size()) return cut_short();
      const auto c = static_cast<unsigned char>(text_[at_ + i]);
      if (!is_continuation(text_[at_ + i])) return invalid("the bytes are not UTF-8");
      if (i > 1) continue;
      if (lead == 0xED && c > 0x9F) return invalid("a surrogate is not UTF-8");
      const bool overlong = (lead == 0xE0 && c < 0xA0) || (lead == 0xF0 && c < 0x90);
      if (overlong || (lead == 0xF4 && c > 0x8F)) return invalid("the bytes are not UTF-8");
    }
    at_ += size;
    return true;
  }

  bool at_end() const { return at_ == text_.size(); }
  char here() const { return text_[at_]; }
  bool read(char c) {
    if (here() != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (!at_end() && (here() == ' ' || here() == '\t' || here() == '\r' || here() == '\n'))
      ++at_;
  }
  bool invalid(std::string_view what) { return refuse(Kind::invalid, at_, what); }
  bool cut_short() { return refuse(Kind::incomplete, text_.size(), "it ends too early"); }
  bool refuse(Kind kind, std::size_t byte, std::string_view what) {
    fault_ = {kind, byte, what};
    return false;
  }

  const std::string_view text_;
  const std::size_t depth_max_;
  std::size_t at_ = 0;
  Expected expected_ = Expected::value;
  std::vector<bool> open_;  // true: an object, false: an array
  JsonFault fault_;
};

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text, std::size_t depth_max) {
  return JsonJudge(text, depth_max).judge();
}

std::string json_place(std::string_view text, std::size_t byte) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : text.substr(0, byte)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else if (!is_continuation(c)) {
      ++column;
    }
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column) + " (byte " +
         std::to_string(byte) + ")";
}

}  // namespace weir::gateway
