// Plain loops over code points. Bytes that are no UTF-8 cannot come here: the edge refuses them,
// and casts make U+FFFD of them.

#include "engine/spark/words.hpp"

#include <algorithm>
#include <vector>

#include <unicode/uchar.h>

#include "engine/spark/long_text.hpp"

namespace weir::spark {

namespace {

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// Where each character begins, and the end.
std::vector<std::size_t> starts_of(std::string_view text) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i])) starts.push_back(i);
  }
  starts.push_back(text.size());
  return starts;
}

std::int32_t code_of(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (first < 0x80U) return first;
  std::int32_t code = first < 0xE0U ? first & 0x1FU : first < 0xF0U ? first & 0x0FU : first & 0x07U;
  for (std::size_t i = 1; i < character.size(); ++i)
    code = code << 6 | (static_cast<unsigned char>(character[i]) & 0x3F);
  return code;
}

std::vector<std::string_view> parts_of(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + separator.size();
  }
}

}  // namespace

std::int32_t first_code(std::string_view text) {
  if (text.empty()) return 0;
  std::size_t end = 1;
  while (end < text.size() && !begins_character(text[end]))
    ++end;
  return code_of(text.substr(0, end));
}

std::string latin_character(std::int64_t code) {
  if (code < 0) return "";
  const auto byte = static_cast<unsigned char>(code & 0xFF);
  if (byte < 0x80U) return std::string(1, static_cast<char>(byte));
  return {static_cast<char>(0xC0U | byte >> 6U), static_cast<char>(0x80U | (byte & 0x3FU))};
}

std::string overlaid(std::string_view text, std::string_view part, std::int32_t position,
                     std::int32_t count) {
  const std::vector<std::size_t> starts = starts_of(text);
  const auto characters = static_cast<std::int64_t>(starts.size()) - 1;
  const std::int64_t replaced =
      count < 0 ? static_cast<std::int64_t>(starts_of(part).size()) - 1 : count;
  // As Spark composes it: SUBSTRING(text, 1, position - 1), part, SUBSTRING(text, position +
  // count).
  const std::int64_t head = std::clamp<std::int64_t>(std::int64_t{position} - 1, 0, characters);
  std::int64_t tail = std::int64_t{position} + replaced;
  tail = tail > 0 ? tail - 1 : tail < 0 ? characters + tail : 0;
  tail = std::clamp<std::int64_t>(tail, 0, characters);
  std::string out(text.substr(0, starts[static_cast<std::size_t>(head)]));
  out += part;
  return out += text.substr(starts[static_cast<std::size_t>(tail)]);
}

std::string sub_bytes(std::string_view bytes, std::int32_t position, std::int32_t count) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  const std::int64_t begin = position > 0 ? position - 1 : position < 0 ? size + position : 0;
  const std::int64_t end = std::min(begin + std::max(count, 0), size);
  const std::int64_t from = std::clamp<std::int64_t>(begin, 0, size);
  return end <= from ? ""
                     : std::string(bytes.substr(static_cast<std::size_t>(from),
                                                static_cast<std::size_t>(end - from)));
}

std::string overlaid_bytes(std::string_view bytes, std::string_view part, std::int32_t position,
                           std::int32_t count) {
  const std::int64_t replaced = count < 0 ? static_cast<std::int64_t>(part.size()) : count;
  const std::int64_t tail = std::clamp<std::int64_t>(position + replaced, INT32_MIN, INT32_MAX);
  return sub_bytes(bytes, 1, position == INT32_MIN ? position : position - 1).append(part) +
         sub_bytes(bytes, static_cast<std::int32_t>(tail), INT32_MAX);
}

std::optional<std::string> padded_bytes(std::string_view bytes, std::int32_t size,
                                        std::string_view filling, bool left) {
  const auto wanted = static_cast<std::size_t>(std::max(size, 0));
  if (wanted <= bytes.size()) return std::string(bytes.substr(0, wanted));
  if (filling.empty()) return std::string(bytes);
  if (wanted > text_bytes_max) return std::nullopt;
  std::string added;
  while (added.size() < wanted - bytes.size())
    added += filling;
  added.resize(wanted - bytes.size());
  return left ? added.append(bytes) : std::string(bytes) + added;
}

std::optional<std::string> split_part(std::string_view text, std::string_view separator,
                                      std::int32_t part) {
  if (part == 0) return std::nullopt;
  if (separator.empty()) return part == 1 || part == -1 ? std::string(text) : "";
  const std::vector<std::string_view> parts = parts_of(text, separator);
  const auto count = static_cast<std::int64_t>(parts.size());
  const std::int64_t place = part > 0 ? part - 1 : count + part;
  return place < 0 || place >= count ? "" : std::string(parts[static_cast<std::size_t>(place)]);
}

std::string substring_index(std::string_view text, std::string_view separator, std::int32_t count) {
  if (separator.empty() || count == 0) return "";
  if (count > 0) {
    std::size_t at = 0;
    for (std::int32_t i = 0; i < count; ++i) {
      const std::size_t found = text.find(separator, i == 0 ? 0 : at + 1);
      if (found == std::string_view::npos) return std::string(text);
      at = found;
    }
    return std::string(text.substr(0, at));
  }
  std::size_t at = text.size();
  for (std::int32_t i = 0; i > count; --i) {
    const std::size_t from = i == 0 ? std::string_view::npos : at - 1;
    const std::size_t found = at == 0 ? std::string_view::npos : text.rfind(separator, from);
    if (found == std::string_view::npos) return std::string(text);
    at = found;
  }
  return std::string(text.substr(at + separator.size()));
}

std::int32_t find_in_set(std::string_view word, std::string_view list) {
  if (word.find(',') != std::string_view::npos) return 0;
  const std::vector<std::string_view> parts = parts_of(list, ",");
  const auto found = std::find(parts.begin(), parts.end(), word);
  return found == parts.end() ? 0 : static_cast<std::int32_t>(found - parts.begin()) + 1;
}

std::int32_t levenshtein(std::string_view a, std::string_view b, std::int32_t most) {
  // One row of the table is kept. Texts of a megabyte each would take days: they are too far apart.
  constexpr std::size_t cells_max = std::size_t{1} << 28;
  const std::vector<std::size_t> left = starts_of(a);
  const std::vector<std::size_t> right = starts_of(b);
  const auto at = [](std::string_view text, const std::vector<std::size_t>& starts, std::size_t i) {
    return text.substr(starts[i], starts[i + 1] - starts[i]);
  };
  if (left.size() * right.size() > cells_max) return -1;
  std::vector<std::int32_t> row(right.size());
  for (std::size_t k = 0; k < row.size(); ++k)
    row[k] = static_cast<std::int32_t>(k);
  for (std::size_t i = 0; i + 1 < left.size(); ++i) {
    std::int32_t diagonal = row[0];
    row[0] = static_cast<std::int32_t>(i) + 1;
    for (std::size_t k = 0; k + 1 < right.size(); ++k) {
      const std::int32_t changed = diagonal + (at(a, left, i) == at(b, right, k) ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({changed, row[k] + 1, row[k + 1] + 1});
    }
  }
  return row.back() > most ? -1 : row.back();
}

std::string soundex(std::string_view text) {
  // A to Z; 7 stands for the letters H and W, which do not part equal codes, 0 for the vowels.
  constexpr std::string_view codes = "01230127022455012623017202";
  if (text.empty()) return "";
  const auto upper = [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  };
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto code = [&](char c) { return codes[static_cast<std::size_t>(c - 'A')]; };
  if (!is_letter(upper(text[0]))) return std::string(text);
  std::string out(1, upper(text[0]));
  char last = code(out[0]);
  for (std::size_t i = 1; i < text.size() && out.size() < 4; ++i) {
    const char c = upper(text[i]);
    if (!is_letter(c)) {
      last = '0';
      continue;
    }
    const char now = code(c);
    if (now == '7') continue;
    if (now != '0' && now != last) out += now;
    last = now;
  }
  return out.append(4 - out.size(), '0');
}

std::string masked(std::string_view text, std::string_view upper, std::string_view lower,
                   std::string_view digit, std::string_view other) {
  const std::vector<std::size_t> starts = starts_of(text);
  std::string out;
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    const std::string_view character = text.substr(starts[i], starts[i + 1] - starts[i]);
    const std::int32_t code = code_of(character);
    const std::string_view by = u_isupper(code) != 0   ? upper
                                : u_islower(code) != 0 ? lower
                                : u_isdigit(code) != 0 ? digit
                                                       : other;
    out += by.empty() ? character : by;
  }
  return out;
}

bool luhn_holds(std::string_view digits) {
  int sum = 0;
  bool doubled = false;
  for (auto c = digits.rbegin(); c != digits.rend(); ++c) {
    if (*c < '0' || *c > '9') return false;
    int digit = *c - '0';
    if (doubled) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    doubled = !doubled;
  }
  return !digits.empty() && sum % 10 == 0;
}

}  // namespace weir::spark
