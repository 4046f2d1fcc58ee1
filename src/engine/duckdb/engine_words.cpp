/// DuckDB's C API returns the class of an error only for results, not for failures of preparing or
/// binding. But every message begins with the class, so the message is parsed. Our own texts raised
/// in SQL (error('...')) have the class Invalid Input and are passed unchanged. An unknown class
/// loses its name and keeps its sentence.
#include "engine/duckdb/engine_words.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/internal_error.hpp"

namespace weir::engine::duckdb {

namespace {

struct Class {
  std::string_view name;  // DuckDB's, before " Error: "
  Errc code;
  std::string_view spark;   // the error class that Spark has for it
  std::string_view remedy;  // a sentence, or nothing
};

constexpr std::array<Class, 16> classes{{
    {"Parser", Errc::bad_request, "PARSE_SYNTAX_ERROR", "Mend the SQL there."},
    {"Syntax", Errc::bad_request, "PARSE_SYNTAX_ERROR", "Mend the SQL there."},
    {"Binder", Errc::bad_request, "", "Mend the query."},
    {"Catalog", Errc::bad_request, "", "Mend the query."},
    {"Conversion", Errc::bad_request, "CAST_INVALID_INPUT",
     "Mend the value, or use TRY_CAST, which gives NULL."},
    {"Mismatch Type", Errc::bad_request, "DATATYPE_MISMATCH", "Cast one side to the other's type."},
    {"Out of Range", Errc::bad_request, "ARITHMETIC_OVERFLOW",
     "Cast to a wider type first, DOUBLE or DECIMAL(38, s)."},
    {"Divide by Zero", Errc::bad_request, "DIVIDE_BY_ZERO", "Use nullif(divisor, 0)."},
    {"Not implemented", Errc::bad_request, "UNSUPPORTED_FEATURE", "Write the query without it."},
    {"Invalid Input", Errc::bad_request, "", ""},
    {"Constraint", Errc::bad_request, "", ""},
    {"Serialization", Errc::corrupt, "", ""},
    {"IO", Errc::io, "", ""},
    {"TransactionContext", Errc::unavailable, "", "Another load changed the table; try again."},
    {"Transaction", Errc::unavailable, "", "Another load changed the table; try again."},
    {"Dependency", Errc::conflict, "", ""},
}};

// Said in one way whatever DuckDB's words were.
struct Fixed {
  std::string_view name;
  Error error;
};

const std::array<Fixed, 6>& fixed_errors() {
  static const std::array<Fixed, 6> all{{
      {"Out of Memory",
       {Errc::bad_request,
        "This needs more memory than the engine has for it (engine.memory_mb, with engine.spill_mb "
        "on disk). Ask for less: fewer rows or columns, a narrower join, no sorting of all rows; "
        "or raise the setting."}},
      {"INTERRUPT", {Errc::unavailable, "This was stopped; nothing of it was kept."}},
      {"Permission",
       {Errc::forbidden,
        "Files, settings and other systems cannot be reached from SQL here; read the tenant's "
        "tables."}},
      {"INTERNAL",
       {Errc::internal,
        "The engine failed at this and nothing of it was kept. Write it in another way, and please "
        "report it with its SQL."}},
      {"FATAL",
       {Errc::internal,
        "The engine failed and has to be started again; nothing of this was kept. Restart the "
        "server, and please report it with its SQL."}},
      {"Missing Extension",
       {Errc::bad_request,
        "The engine has no such function or type here. Write it in another "
        "way."}},
  }};
  return all;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// Takes "<name> Error: " off the front; empty when it does not stand there.
std::string_view take_class(std::string_view& text) {
  constexpr std::string_view mark = " Error: ";
  constexpr std::size_t longest = 30;
  const std::size_t end = text.find(mark);
  if (end == std::string_view::npos || end > longest) return {};
  const std::string_view name = text.substr(0, end);
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return c == ' ' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  if (!plain) return {};
  text.remove_prefix(end + mark.size());
  return name;
}

std::string_view without_margins(std::string_view text) {
  constexpr std::string_view space = " \n\r\t";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

/// "line 3, column 1" of DuckDB's listing: "LINE 3: WHER id = 1" and, below, a caret.
std::string place_of(std::string_view listing) {
  constexpr std::string_view mark = "LINE ";
  const std::size_t colon = listing.find(": ");
  if (colon == std::string_view::npos) return {};
  std::string out = "line " + std::string(listing.substr(mark.size(), colon - mark.size()));
  const std::size_t below = listing.find('\n');
  const std::size_t caret = listing.find('^', below);
  // A long line is listed in part, and then the caret does not tell the column.
  const bool whole = listing.substr(colon + 2, 3) != "...";
  if (below == std::string_view::npos || caret == std::string_view::npos || !whole) return out;
  const std::size_t column = caret - below - 1;
  if (column >= colon + 2) out += ", column " + std::to_string(column - colon - 1);
  return out;
}

/// The text between the two; nullopt when they are not found.
std::optional<std::string_view> between(std::string_view text, std::string_view before,
                                        std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + before.size());
  const std::size_t end = text.find(after);
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(0, end);
}

struct Said {
  std::string spark;
  std::string sentence;
  std::string remedy;
};

/// Sentences of DuckDB's that are met often, as Spark would class them.
std::optional<Said> known_sentence(std::string_view text) {
  const auto quoted = [](std::string_view name) { return "\"" + std::string(name) + "\""; };
  if (const auto name = between(text, "Table with name ", " does not exist"))
    return Said{"TABLE_OR_VIEW_NOT_FOUND", "There is no table " + quoted(*name),
                "Name one that is "
                "there."};
  if (const auto name = between(text, "Function with name ", " does not exist"))
    return Said{"UNRESOLVED_ROUTINE", "There is no function " + quoted(*name),
                "Name one that is there."};
  if (const auto name = between(text, "Referenced column \"", "\" not found"))
    return Said{"UNRESOLVED_COLUMN", "There is no column " + quoted(*name) + " in what is read",
                "Name one that is there; a text stands in single quotes."};
  if (const auto name = between(text, "does not have a column named \"", "\""))
    return Said{"UNRESOLVED_COLUMN", "There is no column " + quoted(*name) + " in what is read",
                "Name one that is there."};
  if (const auto name = between(text, "Referenced table \"", "\" not found"))
    return Said{"UNRESOLVED_COLUMN", "There is no table " + quoted(*name) + " in this FROM",
                "Name one that is there."};
  if (const auto name = between(text, "Ambiguous reference to column name \"", "\""))
    return Said{"AMBIGUOUS_REFERENCE", "The column " + quoted(*name) + " is in more than one table",
                "Write table.column."};
  if (const auto call = between(text, "the given name and argument types '", "'"))
    return Said{"DATATYPE_MISMATCH", "No function takes these arguments: " + std::string(*call),
                "Cast them to the types it takes."};
  if (const auto column = between(text, "column \"", "\" must appear in the GROUP BY"))
    return Said{"MISSING_AGGREGATION", "The column " + quoted(*column) + " is not grouped by",
                "Put it into GROUP BY, or use any_value()."};
  return std::nullopt;
}

Error fixed_error(std::string_view name, bool& found) {
  for (const Fixed& fixed : fixed_errors()) {
    if (!same_name(fixed.name, name)) continue;
    found = true;
    return fixed.error;
  }
  found = false;
  return {};
}

std::string joined(const Said& said, const std::string& place) {
  std::string out = said.spark.empty() ? "" : "[" + said.spark + "] ";
  out += said.sentence;
  while (!out.empty() && (out.back() == '.' || out.back() == '!' || out.back() == ' '))
    out.pop_back();
  if (!place.empty()) out += ", at " + place;
  return said.remedy.empty() ? out : out + ". " + said.remedy;
}

}  // namespace

Error in_words(std::string_view message, Place shown) {
  std::string place;
  const std::size_t listing = message.find("\nLINE ");
  if (shown == Place::shown && listing != std::string_view::npos)
    place = place_of(message.substr(listing + 1));
  return in_words(message, place);
}

Error in_words(std::string_view message, const std::string& place) {
  std::string_view text = message.substr(0, message.find("Stack Trace:"));
  if (text.find("Could not set lock on file") != std::string_view::npos)
    return {Errc::locked, "The tables are open in another process; stop that one first."};
  if (text.find("No space left on device") != std::string_view::npos)
    return {Errc::disk_full, "The disk of the tables is full; make room."};
  const Class* known = nullptr;
  for (std::string_view name = take_class(text); !name.empty(); name = take_class(text)) {
    bool fixed = false;
    Error error = fixed_error(name, fixed);
    if (fixed && error.code == Errc::internal) return internal_error(error.message, message);
    if (fixed) return error;
    const auto* found = std::find_if(classes.begin(), classes.end(),
                                     [&](const Class& each) { return same_name(each.name, name); });
    if (found != classes.end()) known = found;
  }
  text = without_margins(text.substr(0, text.find("\nLINE ")));
  if (text.empty()) text = "The engine gave no reason";
  if (auto said = known_sentence(text)) return {Errc::bad_request, joined(*said, place)};
  // The lines after the first are guesses at what was meant, and lists of candidates.
  text = without_margins(text.substr(0, text.find('\n')));
  if (known == nullptr) return {Errc::bad_request, joined({"", std::string(text), ""}, place)};
  return {
      known->code,
      joined({std::string(known->spark), std::string(text), std::string(known->remedy)}, place)};
}

}  // namespace weir::engine::duckdb
