// Spark's ToNumberParser by its outcome: what it makes of blanks before a number, and of a sign
// beside them, follows no rule that is written down, so each case here is one that it was asked
// for.

#include "engine/spark/number_format.hpp"

#include <algorithm>

namespace weir::spark {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Failure wrong(std::string_view format, const std::string& what) {
  return fail(Errc::bad_request,
              "the number format '" + std::string(format) + "' " + what +
                  "; it is [MI|S] [$] digits 0 or 9 with , or G [. or D and digits] [PR|MI|S]");
}

std::string digits_of(Int128 value) {
  std::string digits;
  for (auto rest = value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
       rest != 0; rest /= 10)
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace

Result<NumberFormat> NumberFormat::parse(std::string_view format) {
  NumberFormat out;
  std::string capitals(format);
  for (char& c : capitals) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const std::string_view text = capitals;
  bool fraction = false;
  bool ended = false;  // behind the digits
  int signs = 0;
  bool dollar = false;
  const auto count = [&] { return out.whole_digits_ + out.scale_; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '0' || c == '9') {
      if (ended) return wrong(format, "has digits behind its end");
      Item item{Kind::digits, 0, c == '0', fraction};
      for (; i < text.size() && (text[i] == '0' || text[i] == '9'); ++i)
        ++item.count;
      --i;
      (fraction ? out.scale_ : out.whole_digits_) += item.count;
      out.items_.push_back(item);
    } else if (c == ',' || c == 'G') {
      const bool between = !fraction && !ended && out.whole_digits_ > 0 && i + 1 < text.size() &&
                           (text[i + 1] == '0' || text[i + 1] == '9');
      if (!between) return wrong(format, "has a comma that is not between digits");
      out.items_.push_back({Kind::comma});
    } else if (c == '.' || c == 'D') {
      if (fraction || ended) return wrong(format, "has two points");
      fraction = true;
      out.items_.push_back({Kind::point});
    } else if (c == '$') {
      if (dollar || count() > 0 || fraction) return wrong(format, "has $ behind a digit, or twice");
      dollar = true;
      out.items_.push_back({Kind::dollar});
    } else if (c == 'S' || text.substr(i, 2) == "MI" || text.substr(i, 2) == "PR") {
      const bool behind = count() > 0 || fraction;
      if (++signs > 1 || (!behind && (c == 'P' || dollar)))
        return wrong(format, "has a sign in the wrong place, or twice");
      ended = behind;
      out.items_.push_back({c == 'S' ? Kind::sign : c == 'M' ? Kind::minus : Kind::angle});
      if (c != 'S') ++i;
    } else {
      return wrong(format, "has \"" + std::string(1, c) + "\"");
    }
  }
  if (count() == 0) return wrong(format, "has no digits");
  if (count() > decimal_digits_max) return wrong(format, "has more than 38 digits");
  return out;
}

std::optional<Int128> NumberFormat::read(std::string_view text) const {
  std::size_t at = 0;
  const auto skip = [&] {
    while (at < text.size() && text[at] == ' ')
      ++at;
  };
  const auto take = [&](char wanted) {
    skip();
    if (at == text.size() || text[at] != wanted) return false;
    ++at;
    return true;
  };
  bool negative = false;
  const bool angles = items_.back().kind == Kind::angle;
  const bool opened = angles && take('<');
  std::string digits;
  bool read_whole = false;
  int behind = 0;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    skip();
    switch (item.kind) {
      case Kind::digits: {
        if (item.fraction) {
          int count = 0;
          for (; at < text.size() && is_digit(text[at]); ++at, ++count)
            digits += text[at];
          if (count > item.count) return std::nullopt;
          behind = count;
          break;
        }
        if (read_whole) break;  // with the groups before
        read_whole = true;
        std::vector<std::string> groups(1);
        for (; at < text.size() && (is_digit(text[at]) || text[at] == ','); ++at) {
          if (text[at] == ',') {
            groups.emplace_back();
          } else {
            groups.back() += text[at];
          }
        }
        std::vector<Item> wanted;
        for (const Item& other : items_) {
          if (other.kind == Kind::digits && !other.fraction) wanted.push_back(other);
        }
        if (groups.size() > wanted.size()) return std::nullopt;
        for (std::size_t k = 0; k < wanted.size(); ++k) {
          const Item& group = wanted[wanted.size() - 1 - k];
          const int size =
              k < groups.size() ? static_cast<int>(groups[groups.size() - 1 - k].size()) : 0;
          if (group.exact ? size != group.count : size > group.count) return std::nullopt;
        }
        for (const std::string& group : groups)
          digits += group;
        break;
      }
      case Kind::comma:
        break;
      case Kind::point:
        take('.');
        break;
      case Kind::dollar:
        if (!take('$')) return std::nullopt;
        break;
      case Kind::minus:
        negative = take('-');
        break;
      case Kind::sign:
        negative = take('-');
        if (!negative) take('+');
        break;
      case Kind::angle:
        if (take('>') != opened) return std::nullopt;
        negative = opened;
        break;
    }
  }
  skip();
  if (at != text.size() || digits.empty()) return std::nullopt;
  Int128 value = 0;
  for (const char c : digits)
    value = value * 10 + (c - '0');
  value *= powers_of_ten[static_cast<std::size_t>(scale_ - behind)];
  return negative ? -value : value;
}

std::string NumberFormat::write(Int128 unscaled, int scale) const {
  const bool negative = unscaled < 0;
  std::string whole = digits_of(unscaled);
  const auto places = static_cast<std::size_t>(scale);
  if (whole.size() < places) whole.insert(0, places - whole.size(), '0');
  std::string fraction = whole.substr(whole.size() - places);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  whole.resize(whole.size() - places);
  const bool fits = static_cast<int>(whole.size()) <= whole_digits_ &&
                    static_cast<int>(fraction.size()) <= scale_;
  std::string out;
  // A sign stands beside the first digit.
  const auto add_blank = [&out] {
    const bool sign = !out.empty() && (out.back() == '+' || out.back() == '-' || out.back() == '<');
    out.insert(out.size() - (sign ? 1 : 0), 1, ' ');
  };
  if (items_.back().kind == Kind::angle && negative) out += '<';
  int missing = whole_digits_ - static_cast<int>(whole.size());
  std::size_t used = 0;
  std::size_t used_behind = 0;
  for (const Item& item : items_) {
    switch (item.kind) {
      case Kind::digits:
        for (int i = 0; i < item.count; ++i) {
          if (!fits) {
            out += '#';
          } else if (item.fraction) {
            out += used_behind < fraction.size() ? fraction[used_behind++] : '0';
          } else if (missing > 0) {
            --missing;
            if (item.exact) {
              out += '0';
            } else {
              add_blank();
            }
          } else {
            out += whole[used++];
          }
        }
        break;
      case Kind::comma:
        if (!out.empty() && is_digit(out.back())) {
          out += ',';
        } else {
          add_blank();
        }
        break;
      case Kind::point:
        if (!out.empty() && out.back() == ' ') out.back() = '0';
        out += '.';
        break;
      case Kind::dollar:
        out += '$';
        break;
      case Kind::minus:
        out += negative ? '-' : ' ';
        break;
      case Kind::sign:
        out += negative ? '-' : '+';
        break;
      case Kind::angle:
        out += negative ? ">" : "  ";
        break;
    }
  }
  if (out.back() == '.') out.back() = ' ';
  return out;
}

}  // namespace weir::spark
