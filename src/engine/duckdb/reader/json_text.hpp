#pragma once

#include <string>
#include <string_view>

#include <simdjson.h>

/// Shared by the readers of NDJSON with simdjson. Only for .cpp files of this folder.
namespace weir::engine::duckdb {

/// A token's text, without the white space behind it.
inline std::string_view trimmed(std::string_view token) {
  while (!token.empty() && (token.back() == ' ' || token.back() == '\t' || token.back() == '\r' ||
                            token.back() == '\n'))
    token.remove_suffix(1);
  return token;
}

/// What a number token is. simdjson leaves a token it was not asked to convert unchecked, and
/// cannot convert numbers beyond 64 bits; both are decided here, by the grammar of RFC 8259.
enum class NumberForm { none, whole, fraction };
NumberForm number_form(std::string_view token);

/// `line`, with "\u003f" in place of each escape that is half of a surrogate pair and stands alone:
/// Spark makes "?" of these, simdjson refuses them. It is `line` itself where there is none,
/// otherwise it stands in `scratch`, with line_padding_bytes behind it.
std::string_view without_half_pairs(std::string_view line, std::string& scratch);

/// Throws simdjson's exception for a token that should be a number.
inline NumberForm checked_number(std::string_view token) {
  const NumberForm form = number_form(token);
  if (form == NumberForm::none) throw simdjson::simdjson_error(simdjson::NUMBER_ERROR);
  return form;
}

/// Whether nothing follows the value read last.
inline bool at_end(simdjson::ondemand::document& document) {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

inline void check_null(simdjson::ondemand::value value) {
  if (trimmed(value.raw_json_token()) != "null")
    throw simdjson::simdjson_error(simdjson::N_ATOM_ERROR);
}

}  // namespace weir::engine::duckdb
