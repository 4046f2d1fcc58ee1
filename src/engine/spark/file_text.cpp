// Each is a filter in front of CAST's reader, so that there is one grammar and one rounding.
#include "engine/spark/file_text.hpp"

#include <algorithm>
#include <iterator>

#include "engine/spark/datetime_text.hpp"
#include "engine/spark/number_text.hpp"
#include "engine/spark/text_trim.hpp"

namespace weir::spark {

namespace {

constexpr std::string_view not_finite[] = {"NaN", "Infinity", "+Infinity", "-Infinity",
                                           "INF", "+INF",     "-INF"};

bool is_plain_fraction(std::string_view text) {
  const auto is_part = [](char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
  };
  text = java_trim(text);
  return std::all_of(text.begin(), text.end(), is_part) ||
         std::find(std::begin(not_finite), std::end(not_finite), text) != std::end(not_finite);
}

}  // namespace

std::optional<bool> boolean_from_file(std::string_view text) {
  text = trim_all(text);
  constexpr std::size_t word_min = std::string_view("true").size();
  if (text.size() < word_min && text != "1" && text != "0") return std::nullopt;
  return boolean_from_text(text);
}

std::optional<std::int64_t> long_from_file(std::string_view text) {
  return text.find('.') == std::string_view::npos ? whole_from_text(text) : std::nullopt;
}

std::optional<double> double_from_file(std::string_view text) {
  return is_plain_fraction(text) ? double_from_text(text) : std::nullopt;
}

std::optional<float> float_from_file(std::string_view text) {
  return is_plain_fraction(text) ? float_from_text(text) : std::nullopt;
}

std::optional<Day> date_from_file(std::string_view text) {
  return date_from_text(text, DateTail::time_or_zone);
}

std::optional<Moment> timestamp_from_file(std::string_view text) {
  return timestamp_from_text(text, std::nullopt);
}

}  // namespace weir::spark
