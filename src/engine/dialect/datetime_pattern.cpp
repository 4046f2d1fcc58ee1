#include "engine/dialect/datetime_pattern.hpp"

#include <algorithm>
#include <vector>

#include "engine/dialect/type.hpp"

namespace weir::dialect {

namespace {

/// A run of one letter, or text that stands for itself.
struct Piece {
  char letter = 0;  // 0: `text`
  std::size_t count = 0;
  std::string text;
};

Failure refuse(std::string_view pattern, const std::string& what) {
  return fail(Errc::bad_request, "the date pattern '" + std::string(pattern) + "' has " + what +
                                     ", which the embedded engine does not support; use y, M, d, "
                                     "H, h, a, m, s, S and text in single quotes");
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Result<std::vector<Piece>> pieces_of(std::string_view pattern) {
  std::vector<Piece> pieces;
  const auto text = [&pieces](char c) {
    if (pieces.empty() || pieces.back().letter != 0) pieces.emplace_back();
    pieces.back().text += c;
  };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\'') {
      const std::size_t end = pattern.find('\'', i + 1);
      if (end == std::string_view::npos) return refuse(pattern, "a quote that does not end");
      if (end == i + 1) text('\'');
      for (char quoted : pattern.substr(i + 1, end - i - 1)) {
        text(quoted);
      }
      i = end;
    } else if (is_letter(c)) {
      std::size_t count = 1;
      while (i + count < pattern.size() && pattern[i + count] == c)
        ++count;
      pieces.push_back({c, count, {}});
      i += count - 1;
    } else if (std::string_view("[]{}#").find(c) != std::string_view::npos) {
      return refuse(pattern, std::string("a \"") + c + "\"");
    } else {
      text(c);
    }
  }
  return pieces;
}

struct Formatted {
  std::string_view letters;
  std::string_view strftime;
};
constexpr Formatted formats[] = {
    {"y", "%Y"},    {"yyyy", "%Y"}, {"yy", "%y"},  {"M", "%-m"},   {"MM", "%m"},     {"MMM", "%b"},
    {"MMMM", "%B"}, {"L", "%-m"},   {"LL", "%m"},  {"LLL", "%b"},  {"LLLL", "%B"},   {"d", "%-d"},
    {"dd", "%d"},   {"H", "%-H"},   {"HH", "%H"},  {"h", "%-I"},   {"hh", "%I"},     {"m", "%-M"},
    {"mm", "%M"},   {"s", "%-S"},   {"ss", "%S"},  {"SSS", "%g"},  {"SSSSSS", "%f"}, {"a", "%p"},
    {"E", "%a"},    {"EE", "%a"},   {"EEE", "%a"}, {"EEEE", "%A"}, {"D", "%-j"},     {"DDD", "%j"},
    {"X", "Z"},     {"XX", "Z"},    {"XXX", "Z"},  {"Z", "+0000"}, {"z", "UTC"},     {"VV", "UTC"}};

std::string written(const Piece& piece) {
  std::string out(piece.count, piece.letter);
  return "\"" + out + "\"";
}

/// How a field is read: what it must look like, what the older parser would have taken as well,
/// and which part of a timestamp it is.
struct Read {
  std::string_view letters;
  std::string_view strict;
  std::string_view lenient;
  std::string_view part;
};
constexpr Read reads[] = {{"y", "[0-9]{1,6}", "[0-9]+", "y"},
                          {"yyyy", "[0-9]{4}", "[0-9]+", "y"},
                          {"yy", "[0-9]{2}", "[0-9]+", "yy"},
                          {"M", "[0-9]{1,2}", "[0-9]+", "m"},
                          {"MM", "[0-9]{2}", "[0-9]+", "m"},
                          {"MMM", "[A-Za-z]{3}", "[A-Za-z]+", "mon"},
                          {"MMMM", "[A-Za-z]{3,9}", "[A-Za-z]+", "month"},
                          {"d", "[0-9]{1,2}", "[0-9]+", "d"},
                          {"dd", "[0-9]{2}", "[0-9]+", "d"},
                          {"H", "[0-9]{1,2}", "[0-9]+", "h"},
                          {"HH", "[0-9]{2}", "[0-9]+", "h"},
                          {"h", "[0-9]{1,2}", "[0-9]+", "h12"},
                          {"hh", "[0-9]{2}", "[0-9]+", "h12"},
                          {"m", "[0-9]{1,2}", "[0-9]+", "mi"},
                          {"mm", "[0-9]{2}", "[0-9]+", "mi"},
                          {"s", "[0-9]{1,2}", "[0-9]+", "s"},
                          {"ss", "[0-9]{2}", "[0-9]+", "s"},
                          {"a", "[AaPp][Mm]", "[A-Za-z]+", "ap"}};

std::string regex_text(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

Result<std::string> format_sql(std::string_view pattern, const std::string& timestamp) {
  WEIR_TRY(const std::vector<Piece> pieces, pieces_of(pattern));
  std::vector<std::string> parts;
  std::string format;
  const auto flush = [&] {
    if (format.empty()) return;
    parts.push_back("strftime(" + timestamp + ", " + quoted_string(format) + ")");
    format.clear();
  };
  for (const Piece& piece : pieces) {
    if (piece.letter == 0) {
      for (char c : piece.text) {
        format += c == '%' ? "%%" : std::string(1, c);
      }
      continue;
    }
    const std::string letters(piece.count, piece.letter);
    const auto* found = std::find_if(std::begin(formats), std::end(formats),
                                     [&](const Formatted& f) { return f.letters == letters; });
    if (found != std::end(formats)) {
      format += found->strftime;
    } else if (piece.letter == 'S' && piece.count < 6) {
      flush();
      parts.push_back("left(strftime(" + timestamp + ", '%f'), " + std::to_string(piece.count) +
                      ")");
    } else if ((piece.letter == 'Q' || piece.letter == 'q') && piece.count == 1) {
      flush();
      parts.push_back("CAST(quarter(" + timestamp + ") AS VARCHAR)");
    } else {
      return refuse(pattern, written(piece));
    }
  }
  flush();
  if (parts.empty()) return "CASE WHEN " + timestamp + " IS NOT NULL THEN '' END";
  std::string sql;
  for (const std::string& part : parts) {
    sql += (sql.empty() ? "" : " || ") + part;
  }
  return parts.size() == 1 ? sql : "(" + sql + ")";
}

Result<std::string> parse_sql(std::string_view pattern, const std::string& text) {
  WEIR_TRY(const std::vector<Piece> pieces, pieces_of(pattern));
  std::string strict;
  std::string lenient = "^";
  std::string names;
  std::string seen = " ";
  for (const Piece& piece : pieces) {
    if (piece.letter == 0) {
      strict += regex_text(piece.text);
      lenient += regex_text(piece.text);
      continue;
    }
    const std::string letters(piece.count, piece.letter);
    const auto* found = std::find_if(std::begin(reads), std::end(reads),
                                     [&](const Read& r) { return r.letters == letters; });
    std::string part;
    if (found != std::end(reads)) {
      part = found->part;
      strict += "(" + std::string(found->strict) + ")";
      lenient += found->lenient;
    } else if (piece.letter == 'S' && piece.count <= 6) {
      part = "f";
      strict += "([0-9]{1," + std::to_string(piece.count) + "})";
      lenient += "[0-9]+";
    } else {
      return refuse(pattern, written(piece));
    }
    if (seen.find(" " + part + " ") != std::string::npos) return refuse(pattern, "a letter twice");
    seen += part + " ";
    names += (names.empty() ? "" : ", ") + quoted_string(part);
  }
  const auto has = [&seen](std::string_view part) {
    return seen.find(" " + std::string(part) + " ") != std::string::npos;
  };
  if (has("h12") != has("ap")) return refuse(pattern, "\"h\" or \"a\" without the other");
  if (names.empty()) return refuse(pattern, "no field");
  const auto part = [&](std::string_view name, const std::string& otherwise) {
    return has(name) ? "v_read.p." + quoted_identifier(name) : otherwise;
  };
  const std::string year = has("yy") ? "'20' || " + part("yy", "") : part("y", "'1970'");
  const std::string month = has("mon")     ? "spark_month_number(" + part("mon", "") + ", true)"
                            : has("month") ? "spark_month_number(" + part("month", "") + ", false)"
                                           : part("m", "'1'");
  const std::string hour = has("h12")
                               ? "spark_hour24(" + part("h12", "") + ", " + part("ap", "") + ")"
                               : part("h", "'0'");
  const std::string value = "spark_timestamp_of(" + year + " || '-' || " + month + " || '-' || " +
                            part("d", "'1'") + ", " + hour + ", " + part("mi", "'0'") + ", " +
                            part("s", "'0'") + ", " + part("f", "'0'") + ")";
  // The text and its parts are bound once; the moment is computed twice, from parts.
  return "list_transform([{'t': " + text + ", 'p': regexp_extract(" + text + ", " +
         quoted_string("^" + strict + "$") + ", [" + names + "])}], lambda v_read: CASE WHEN " +
         value + " IS NOT NULL THEN " + value + " WHEN regexp_matches(v_read.t, " +
         quoted_string(lenient) + ") THEN error('a text does not fit the date pattern ' || " +
         quoted_string(pattern) + " || ' exactly; Spark refuses it as well') END)[1]";
}

}  // namespace weir::dialect
