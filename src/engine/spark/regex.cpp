// PCRE2 backtracks as Java does, so that it can look around; its match limit bounds what one text
// can cost, where Java would go on without end. Patterns that RE2 matches the same stay with it.
#include "engine/spark/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace weir::spark {

namespace {

constexpr std::uint32_t match_limit = 1'000'000;
constexpr std::uint32_t heap_limit_kib = 16 * 1024;

struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::size_t next_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
    ++at;
  return at;
}

}  // namespace

struct Regex::State {
  pcre2_code* code = nullptr;
  pcre2_match_context* context = nullptr;
  pcre2_match_data* data = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    pcre2_code_free(code);
  }
};

/// The places of a match and its groups.
struct Regex::Match {
  const PCRE2_SIZE* places;
  int groups;  // with the whole
  [[nodiscard]] Part part(int group) const {
    if (group < 0 || group >= groups) return {};
    const PCRE2_SIZE* const ends = places + 2 * static_cast<std::ptrdiff_t>(group);
    if (ends[0] == PCRE2_UNSET) return {};
    return {ends[0], ends[1]};
  }
};

void Regex::Drop::operator()(State* state) const {
  delete state;
}

Result<Regex> Regex::compile(std::string_view pattern) {
  std::unique_ptr<State, Drop> state(new State);
  int error = 0;
  PCRE2_SIZE at = 0;
  state->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                              PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY, &error,
                              &at, nullptr);
  if (state->code == nullptr)
    return fail(Errc::bad_request, "the regular expression '" + std::string(pattern) +
                                       "' cannot be read at byte " + std::to_string(at));
  // Without the just-in-time compiler it is slower and nothing else.
  static_cast<void>(pcre2_jit_compile(state->code, PCRE2_JIT_COMPLETE));
  state->context = pcre2_match_context_create(nullptr);
  state->data = pcre2_match_data_create_from_pattern(state->code, nullptr);
  if (state->context == nullptr || state->data == nullptr)
    return fail(Errc::overloaded, "no memory for a regular expression");
  pcre2_set_match_limit(state->context, match_limit);
  pcre2_set_heap_limit(state->context, heap_limit_kib);
  return Regex(std::move(state));
}

/// Java's find() again and again: behind an empty match it looks one character further on. `take`
/// says false when it has enough. False: the limit was met.
template <class Take>
bool Regex::each_match(std::string_view text, const Take& take) const {
  std::size_t from = 0;
  std::uint32_t options = 0;
  while (from <= text.size()) {
    const int groups = pcre2_match(state_->code, reinterpret_cast<PCRE2_SPTR>(text.data()),
                                   text.size(), from, options, state_->data, state_->context);
    if (groups == PCRE2_ERROR_NOMATCH) return true;
    if (groups < 0) return false;
    options = PCRE2_NO_UTF_CHECK;
    const Match match{pcre2_get_ovector_pointer(state_->data), groups};
    const Part whole = match.part(0);
    if (!take(match)) return true;
    from = whole.end > whole.begin ? whole.end : next_character(text, whole.end);
  }
  return true;
}

std::optional<bool> Regex::found_in(std::string_view text) const {
  bool found = false;
  const bool done = each_match(text, [&found](const Match&) {
    found = true;
    return false;
  });
  return done ? std::optional(found) : std::nullopt;
}

std::optional<std::int32_t> Regex::place(std::string_view text) const {
  std::size_t begin = std::string_view::npos;
  const bool done = each_match(text, [&begin](const Match& match) {
    begin = match.part(0).begin;
    return false;
  });
  if (!done) return std::nullopt;
  if (begin == std::string_view::npos) return 0;
  std::int32_t units = 1;
  for (const char c : text.substr(0, begin)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) units += byte >= 0xF0U ? 2 : 1;
  }
  return units;
}

std::optional<std::string> Regex::replaced(std::string_view text,
                                           std::string_view replacement) const {
  std::string out;
  std::size_t copied = 0;
  const bool done = each_match(text, [&](const Match& match) {
    const Part whole = match.part(0);
    out += text.substr(copied, whole.begin - copied);
    copied = whole.end;
    for (std::size_t i = 0; i < replacement.size(); ++i) {
      if (replacement[i] != '\\' || i + 1 == replacement.size()) {
        out += replacement[i];
      } else if (const char next = replacement[++i]; next >= '0' && next <= '9') {
        const Part part = match.part(next - '0');
        out += text.substr(part.begin, part.end - part.begin);
      } else {
        out += next;
      }
    }
    return true;
  });
  if (!done) return std::nullopt;
  out += text.substr(copied);
  return out;
}

std::optional<std::string> Regex::extracted(std::string_view text, int group) const {
  std::string out;
  const bool done = each_match(text, [&](const Match& match) {
    const Part part = match.part(group);
    out = text.substr(part.begin, part.end - part.begin);
    return false;
  });
  return done ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::vector<std::string>> Regex::extracted_all(std::string_view text,
                                                             int group) const {
  std::vector<std::string> all;
  const bool done = each_match(text, [&](const Match& match) {
    const Part part = match.part(group);
    all.emplace_back(text.substr(part.begin, part.end - part.begin));
    return true;
  });
  return done ? std::optional(std::move(all)) : std::nullopt;
}

std::optional<std::vector<std::string>> Regex::split(std::string_view text,
                                                     std::int64_t limit) const {
  std::vector<std::string> pieces;
  std::size_t copied = 0;
  const bool done = each_match(text, [&](const Match& match) {
    const Part whole = match.part(0);
    if (limit > 0 && static_cast<std::int64_t>(pieces.size()) >= limit - 1) return false;
    // An empty match at the very beginning makes no empty piece before it.
    if (whole.end == 0) return true;
    pieces.emplace_back(text.substr(copied, whole.begin - copied));
    copied = whole.end;
    return true;
  });
  if (!done) return std::nullopt;
  pieces.emplace_back(text.substr(copied));
  return pieces;
}

}  // namespace weir::spark
