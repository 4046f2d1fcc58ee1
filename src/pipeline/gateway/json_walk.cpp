// If simdjson's first stage accepts a text, the text is UTF-8, and every string in it is closed and
// has no bare control character. The stage lists where tokens begin: each of {}[]:, and each first
// byte after one of these, after white space or after a string. It does not look at the token
// itself. So the walk checks
// - the grammar: which token may follow which, and containers closed by what they need;
// - the spelling of numbers and of true, false and null, up to the byte that ends them: bytes that
// follow directly (`1"a"`, `truex`) do not begin a token;
// - escapes in strings, which are then the only places with a backslash.
#include "pipeline/gateway/json_walk.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

#include <simdjson.h>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "http/request.hpp"

namespace weir::gateway {
namespace {

static_assert(http::body_padding >= simdjson::SIMDJSON_PADDING);

using Starts = std::span<const std::uint32_t>;

constexpr std::size_t first_capacity = 16 * limits::kib;
constexpr std::size_t kept_capacity_max =
    limits::kept_scratch_bytes_max / sizeof(Starts::value_type);

constexpr std::uint64_t every_byte = 0x0101010101010101;

/// For each byte whether it is one of `bytes`.
constexpr std::array<bool, 256> one_of(std::string_view bytes) {
  std::array<bool, 256> table{};
  for (const char c : bytes)
    table[static_cast<unsigned char>(c)] = true;
  return table;
}

/// May the byte follow a number or a word?
bool is_end(char c) {
  static constexpr auto ends = one_of(" \t\r\n,:]}");
  return ends[static_cast<unsigned char>(c)];
}

/// The top bit of each of the eight bytes that is not a digit.
std::uint64_t other_than_digits(const char* at) {
  const std::uint64_t values = get<std::uint64_t>(at) ^ (every_byte * '0');
  return (((values & (every_byte * 0x7F)) + every_byte * 0x76) | values) & (every_byte * 0x80);
}

/// The index of the first byte whose top bit is set; 8 if there is none.
std::size_t first_flagged(std::uint64_t flags) {
  return static_cast<std::size_t>(std::countr_zero(flags)) / 8;
}

std::size_t count_digits(const char* at) {
  std::size_t count = 0;
  std::size_t more = 0;
  do {
    more = first_flagged(other_than_digits(at + count));
    count += more;
  } while (more == 8);
  return count;
}

/// The number without its sign: (0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? and what ends it.
bool is_magnitude(const char* at) {
  const std::size_t whole = count_digits(at);
  if (whole == 0 || (whole > 1 && *at == '0')) return false;
  at += whole;
  if (*at == '.') {
    const std::size_t fraction = count_digits(++at);
    if (fraction == 0) return false;
    at += fraction;
  }
  if (*at == 'e' || *at == 'E') {
    ++at;
    if (*at == '+' || *at == '-') ++at;
    const std::size_t exponent = count_digits(at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return is_end(*at);
}

/// Most numbers are short, and all differ: a number of up to eight bytes (with its end) and without
/// an exponent is checked without a branch that would be mispredicted.
bool is_number(const char* at) {
  at += *at == '-' ? 1 : 0;
  const std::uint64_t others = other_than_digits(at);
  const std::size_t whole = first_flagged(others);
  const bool has_fraction = at[whole] == '.';
  const std::size_t size = first_flagged(has_fraction ? others & (others - 1) : others);
  const bool holds = (whole != 0) & ((whole == 1) | (*at != '0')) & (size < 8) &
                     (!has_fraction | (size > whole + 1)) & is_end(at[size]);
  return holds || is_magnitude(at);
}

/// Distinguishes true, false and null by the low half of the first letter, also without a branch.
bool is_word(const char* at) {
  struct Word {
    std::uint64_t mask = 0;
    std::uint64_t bytes = 1;  // which no masked bytes are
    std::size_t size = 0;
  };
  static constexpr auto words = [] {
    std::array<Word, 16> table{};
    for (const std::string_view word : {"true", "false", "null"}) {
      Word& entry = table[word.front() & 0x0F];
      entry = {(std::uint64_t{1} << (8 * word.size())) - 1, 0, word.size()};
      for (std::size_t i = 0; i < word.size(); ++i)
        entry.bytes |= std::uint64_t{static_cast<unsigned char>(word[i])} << (8 * i);
    }
    return table;
  }();
  const Word& word = words[*at & 0x0F];
  return ((get<std::uint64_t>(at) & word.mask) == word.bytes) && is_end(at[word.size]);
}

/// Four hex digits. Halves of surrogate pairs may stand alone: JSON's grammar has no pairs.
bool is_code_unit(const char* at) {
  static constexpr auto values = [] {
    std::array<int, 256> table{};
    for (int c = 0; c < 256; ++c)
      table[static_cast<std::size_t>(c)] = hex_digit(static_cast<char>(c));
    return table;
  }();
  const auto value = [at](int i) { return values[static_cast<unsigned char>(at[i])]; };
  return (value(0) | value(1) | value(2) | value(3)) >= 0;
}

/// The length of the escape that begins here; 0 for none. Reads only within its string.
std::size_t escape_size(const char* at) {
  static constexpr auto simple = one_of("\"\\/bfnrt");
  if (at[1] != 'u') return simple[static_cast<unsigned char>(at[1])] ? 2 : 0;
  return is_code_unit(at + 2) ? 6 : 0;
}

/// The next backslash, or the end. Where there is one, another is often near.
const char* find_backslash(const char* at, const char* end) {
  const std::uint64_t bytes = get<std::uint64_t>(at) ^ (every_byte * '\\');
  const std::uint64_t found = (bytes - every_byte) & ~bytes & (every_byte * 0x80);
  if (found != 0) return at + first_flagged(found);
  const auto size = static_cast<std::size_t>(end - at);
  const void* const far = std::memchr(at, '\\', size);
  return far == nullptr ? end : static_cast<const char*>(far);
}

/// Whether each backslash begins an escape, in a text that has them in closed strings only.
bool escapes_hold(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* at = text.data();
  while ((at = find_backslash(at, end)) < end) {
    const std::size_t size = escape_size(at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

/// Of an object: white space is followed by a token or by the end, and between tokens nothing but
/// white space comes that early in ASCII.
bool is_compact(std::string_view text, Starts starts) {
  const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  return starts.front() == 0 && !is_space(text.back()) &&
         std::none_of(starts.begin() + 1, starts.end(),
                      [&](std::uint32_t start) { return is_space(text[start - 1]); });
}

/// Walks from token to token. The last token is a }, so looking ahead never leaves the text.
class Walk {
 public:
  Walk(std::string_view text, Starts starts)
      : text_(text.data()), next_(starts.data()), end_(starts.data() + starts.size()) {}

  bool is_object() {
    if (take() != '{' || !open('}')) return false;
    bool is_empty = peek() == '}';
    for (;;) {
      if (!is_empty) {
        if (closer_ == '}' && (take() != '"' || take() != ':')) return false;
        const char* const value = text_ + *next_++;
        if (*value == '{' || *value == '[') {
          if (!open(*value == '{' ? '}' : ']')) return false;
          is_empty = peek() == closer_;
          continue;
        }
        if (*value != '"' && !is_scalar(value)) return false;
      }
      if (!close_all()) return depth_ == 0 && next_ == end_;
      is_empty = false;
    }
  }

 private:
  static bool is_scalar(const char* at) { return *at <= '9' ? is_number(at) : is_word(at); }

  /// Closes a value that is complete; true where a comma announces the next one.
  bool close_all() {
    for (;;) {
      const char c = take();
      if (c == ',') return true;
      if (c != closer_) return false;
      closer_ = outer_closers_[--depth_];
      if (depth_ == 0 || next_ == end_) return false;
    }
  }

  bool open(char closer) {
    if (depth_ == outer_closers_.size()) return false;
    outer_closers_[depth_++] = closer_;
    closer_ = closer;
    return true;
  }

  char peek() const { return text_[*next_]; }
  char take() { return text_[*next_++]; }

  const char* const text_;
  const std::uint32_t* next_;
  const std::uint32_t* const end_;
  char closer_ = 0;  // of the innermost that is open
  std::size_t depth_ = 0;
  std::array<char, limits::json_depth_max> outer_closers_;
};

}  // namespace

struct JsonWalk::Stage1 {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;

  /// Empty where it refuses.
  Starts starts(std::string_view text) {
    if (!reserve(text.size())) return {};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    if (parser->stage1(bytes, text.size(), simdjson::stage1_mode::regular)) return {};
    return {parser->structural_indexes.get(), parser->n_structural_indexes};
  }

  bool reserve(std::size_t bytes) {
    if (parser && parser->capacity() >= bytes) return true;
    constexpr std::size_t no_depth = 1;  // the second stage's business
    return !simdjson::get_active_implementation()->create_dom_parser_implementation(
        std::max(first_capacity, std::bit_ceil(bytes)), no_depth, parser);
  }
};

JsonWalk::JsonWalk() : stage1_(std::make_unique<Stage1>()) {}
JsonWalk::~JsonWalk() = default;
JsonWalk::JsonWalk(JsonWalk&&) noexcept = default;

JsonWalk::Verdict JsonWalk::judge(std::string_view text) {
  const Starts starts = stage1_->starts(text);
  if (starts.empty() || text[starts.back()] != '}') return Verdict::refused;
  if (!Walk(text, starts).is_object() || !escapes_hold(text)) return Verdict::refused;
  return is_compact(text, starts) ? Verdict::compact : Verdict::spaced;
}

void JsonWalk::shrink() {
  if (stage1_->parser && stage1_->parser->capacity() > kept_capacity_max) stage1_->parser.reset();
}

}  // namespace weir::gateway
