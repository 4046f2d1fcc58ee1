// These were macros of DuckDB's own text functions, which bound each argument by a lambda over a
// list of one: four to twenty times the cost.
#include "engine/functions/letter_functions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/base64.hpp"
#include "engine/functions/native.hpp"
#include "engine/spark/calendar.hpp"
#include "engine/spark/letters.hpp"

namespace weir::engine {

namespace {

using spark::Moment;

std::optional<std::string> upper(std::string_view text) {
  return spark::upper_letters(text);
}
std::optional<std::string> lower(std::string_view text) {
  return spark::lower_letters(text);
}
std::optional<std::string> title(std::string_view text) {
  return spark::title_letters(text);
}
std::optional<std::string_view> part(std::string_view text, std::int32_t position,
                                     std::int32_t count) {
  return spark::sub_text(text, position, count);
}
std::optional<std::string_view> first(std::string_view text, std::int32_t count) {
  return spark::first_letters(text, count);
}
std::optional<std::string_view> last(std::string_view text, std::int32_t count) {
  return spark::last_letters(text, count);
}
/// No place to begin at is a place before the text.
std::optional<std::int32_t> place(std::optional<std::string_view> part,
                                  std::optional<std::string_view> text,
                                  std::optional<std::int32_t> from) {
  if (!from) return 0;
  if (!part || !text) return std::nullopt;
  return spark::place_of(*part, *text, *from);
}

std::optional<std::string> reversed(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80)
      --begin;
    out += text.substr(begin, end - begin);
    end = begin;
  }
  return out;
}

/// The texts of a list that are not NULL.
std::optional<std::string> joined(List<std::string_view> parts, std::string_view separator) {
  std::string out;
  bool some = false;
  for (idx_t i = 0; i < parts.size; ++i) {
    const auto part = parts.at(i);
    if (!part) continue;
    if (some) out += separator;
    out += *part;
    some = true;
  }
  return out;
}

std::optional<Texts> characters(std::string_view text) {
  Texts out;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) out.emplace_back();
    out.back() += c;
  }
  if (out.empty()) out.emplace_back();
  return out;
}

/// Lines of 76 characters with a line break between them, as in mail.
std::optional<std::string> base64_lines(Bytes bytes) {
  constexpr std::size_t line = 76;
  const std::string all = to_base64(bytes.bytes);
  if (all.size() <= line) return all;
  std::string out;
  for (std::size_t at = 0; at < all.size(); at += line) {
    if (at > 0) out += "\r\n";
    out.append(all, at, line);
  }
  return out;
}

/// Whole months, and of what is left the part of a month of 31 days. Two last days of months are
/// whole months apart.
std::optional<double> months_between(Moment a, Moment b) {
  const auto parts = [](Moment moment) {
    const std::int64_t day = spark::floor_div(moment.us, spark::day_us);
    struct Parts {
      spark::Civil date;
      bool last_of_month;
      std::int64_t second;
    };
    const std::int64_t second = spark::floor_div(moment.us - day * spark::day_us, spark::second_us);
    return Parts{spark::civil_of(day), spark::civil_of(day + 1).day == 1, second};
  };
  const auto left = parts(a);
  const auto right = parts(b);
  const auto months = static_cast<double>((left.date.year - right.date.year) * 12 +
                                          left.date.month - right.date.month);
  if (left.date.day == right.date.day || (left.last_of_month && right.last_of_month)) return months;
  const std::int64_t seconds =
      (left.date.day - right.date.day) * spark::day_s + left.second - right.second;
  return months + static_cast<double>(seconds) / static_cast<double>(31 * spark::day_s);
}

}  // namespace

Result<void> add_letter_functions(duckdb_connection connection) {
  WEIR_CHECK(add_native<upper>(connection, "spark_upper"));
  WEIR_CHECK(add_native<lower>(connection, "spark_lower"));
  WEIR_CHECK(add_native<title>(connection, "spark_initcap"));
  WEIR_CHECK(add_native<part>(connection, "spark_substr"));
  WEIR_CHECK(add_native<first>(connection, "spark_left"));
  WEIR_CHECK(add_native<last>(connection, "spark_right"));
  WEIR_CHECK(add_native<place>(connection, "spark_locate"));
  WEIR_CHECK(add_native<reversed>(connection, "spark_reverse"));
  WEIR_CHECK(add_native<joined>(connection, "spark_join"));
  WEIR_CHECK(add_native<characters>(connection, "spark_characters"));
  WEIR_CHECK(add_native<base64_lines>(connection, "spark_base64"));
  return add_native<months_between>(connection, "spark_months_between");
}

}  // namespace weir::engine
