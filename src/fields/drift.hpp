#pragma once

#include <string>
#include <vector>

#include "fields/sketch.hpp"

namespace weir::fields {

/// What is different in the payloads of a day.
struct Change {
  enum class Kind : std::uint8_t {
    gone,          // a field that they used to have
    type_changed,  // a type that the field did not have
    appeared,      // a field that is new
    share_moved,   // in a much larger or smaller share of them
  };
  Kind kind = Kind::gone;
  std::string path;
  double share_before = 0;  // of all payloads, 0 to 1
  double share_now = 0;
  std::vector<Type> types_before;
  std::vector<Type> types_now;
};
inline constexpr std::size_t change_kinds = 4;
std::string_view to_string(Change::Kind kind);

/// How `now` differs from `before`, in the order of the kinds. Shares are compared within the
/// payloads that have the object around the field, so that an object that is gone is one change,
/// not one for each of its fields. Nothing is said of what chance or a small number may explain:
/// see drift.cpp.
std::vector<Change> drift(const Sketch& before, const Sketch& now);

}  // namespace weir::fields
