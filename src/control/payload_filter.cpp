#include "control/payload_filter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include <simdjson.h>

#include "base/limits.hpp"

// A filter is one comparison and no expression: what people type while they look for a payload is
// one field, or a text. A larger language is what ingest queries are for.
namespace weir::control {
namespace {

constexpr std::size_t filter_bytes_max = 256;

enum class Compare : std::uint8_t {
  equal,
  unequal,
  less,
  less_equal,
  greater,
  greater_equal,
  holds
};
struct Sign {
  std::string_view text;
  Compare compare;
};
// Longer ones first.
constexpr std::array signs{Sign{"!=", Compare::unequal},       Sign{"<=", Compare::less_equal},
                           Sign{">=", Compare::greater_equal}, Sign{"=", Compare::equal},
                           Sign{"<", Compare::less},           Sign{">", Compare::greater},
                           Sign{"~", Compare::holds}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"';
}

std::string_view unquoted(std::string_view text) {
  return is_quoted(text) ? text.substr(1, text.size() - 2) : text;
}

bool is_path(std::string_view text) {
  const auto may_be_in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '@' || c == '#' || static_cast<unsigned char>(c) >= 0x80;
  };
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(), may_be_in_name);
}

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Value>
bool compares(Compare compare, const Value& found, const Value& wanted) {
  switch (compare) {
    case Compare::equal:
      return found == wanted;
    case Compare::unequal:
      return found != wanted;
    case Compare::less:
      return found < wanted;
    case Compare::less_equal:
      return found <= wanted;
    case Compare::greater:
      return found > wanted;
    case Compare::greater_equal:
      return found >= wanted;
    case Compare::holds:
      break;
  }
  return false;
}

}  // namespace

struct PayloadFilter::Rule {
  std::vector<std::string> path;  // empty: a text anywhere
  Compare compare = Compare::holds;
  std::string text;
  std::optional<double> number;
  simdjson::dom::parser parser{limits::payload_bytes_ceiling};

  bool holds_for(simdjson::dom::element found) const {
    if (std::string_view value; found.get(value) == simdjson::SUCCESS)
      return compare == Compare::holds ? value.find(text) != std::string_view::npos
                                       : compares<std::string_view>(compare, value, text);
    if (double value = 0; number && found.is_number() && found.get(value) == simdjson::SUCCESS)
      return compares(compare, value, *number);
    if (found.is_bool() || found.is_null())
      return compares<std::string_view>(compare,
                                        found.is_null() ? "null"
                                        : bool(found)   ? "true"
                                                        : "false",
                                        text);
    return compare == Compare::unequal && !found.is_array() && !found.is_object();
  }

  /// An array's elements are looked at one by one.
  bool any(simdjson::dom::element at, std::size_t depth) const {
    if (simdjson::dom::array items; at.get(items) == simdjson::SUCCESS)
      return std::any_of(items.begin(), items.end(),
                         [&](simdjson::dom::element item) { return any(item, depth); });
    if (depth == path.size()) return holds_for(at);
    simdjson::dom::element next;
    return at.at_key(path[depth]).get(next) == simdjson::SUCCESS && any(next, depth + 1);
  }
};

PayloadFilter::PayloadFilter() = default;
PayloadFilter::PayloadFilter(PayloadFilter&&) noexcept = default;
PayloadFilter& PayloadFilter::operator=(PayloadFilter&&) noexcept = default;
PayloadFilter::~PayloadFilter() = default;

Result<PayloadFilter> PayloadFilter::parse(const std::string& given) {
  if (given.size() > filter_bytes_max)
    return fail(Errc::bad_request,
                "A filter has " + std::to_string(filter_bytes_max) + " bytes at most.");
  PayloadFilter filter;
  const std::string_view text = trimmed(given);
  if (text.empty()) return filter;
  filter.rule_ = std::make_unique<Rule>();
  Rule& rule = *filter.rule_;
  rule.text = unquoted(text);
  if (is_quoted(text)) return filter;
  const std::size_t at = text.find_first_of("!<>=~");
  const std::string_view path = trimmed(text.substr(0, at));
  if (at == std::string_view::npos || !is_path(path)) return filter;
  for (const Sign& sign : signs) {
    if (!text.substr(at).starts_with(sign.text)) continue;
    const std::string_view value = trimmed(text.substr(at + sign.text.size()));
    if (value.empty())
      return fail(Errc::bad_request,
                  "Say what to compare \"" + std::string(path) + "\" with, as in: total > 100");
    rule.compare = sign.compare;
    rule.text = unquoted(value);
    rule.number = is_quoted(value) ? std::nullopt : number_of(value);
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t dot = std::min(path.find('.', begin), path.size());
      rule.path.emplace_back(path.substr(begin, dot - begin));
      begin = dot + 1;
    }
    return filter;
  }
  return filter;
}

bool PayloadFilter::matches(PayloadType type, std::string_view body) {
  if (!rule_) return true;
  if (rule_->path.empty()) return body.find(rule_->text) != std::string_view::npos;
  if (type != PayloadType::json) return false;
  simdjson::dom::element document;
  return rule_->parser.parse(body.data(), body.size()).get(document) == simdjson::SUCCESS &&
         rule_->any(document, 0);
}

}  // namespace weir::control
