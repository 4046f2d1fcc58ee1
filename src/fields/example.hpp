#pragma once

#include <optional>
#include <string_view>

#include "fields/sketch.hpp"

namespace weir::fields {

/// How much of a value may be kept as an example.
enum class Shown : std::uint8_t {
  plain,
  masked,   // its form only: letters are x, digits 9
  nothing,  // not even its form
};

/// By the field's name: passwords, tokens and the like show nothing; what says who or where a
/// person is (names, mail, phone, addresses, birth, cards, network addresses, places) is masked.
/// Whoever may see the fields of a stream need not see its people.
Shown shown_by_name(std::string_view name);

/// The example of a value, cut to limits::example_characters_max. By its text too: what looks like
/// a mail address, a card number or a network address is masked, a signed token is not shown
/// whatever the field is called.
std::optional<Example> example_of(Type type, std::string_view text, Shown shown);

}  // namespace weir::fields
