// Beside the inference and not within it: what the files say is found first, by Spark's rules, and
// what is known comes on top. So a test can hold the inferred part to Spark's answer.
#include "engine/duckdb/reader/known_fields.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/case_fold.hpp"
#include "engine/duckdb/engine_limits.hpp"

namespace weir::engine::duckdb {
namespace {

using spark::Field;
using spark::Kind;
using spark::Type;

std::size_t names_in(const Type& type) {
  if (type.is(Kind::array)) return names_in(type.element());
  if (!type.is(Kind::struct_)) return 0;
  std::size_t names = type.fields().size();
  for (const Field& field : type.fields())
    names += names_in(field.type);
  return names;
}

/// `room`: how many names may still be added.
Type with(const Type& inferred, const Type& known, std::size_t& room) {
  if (inferred.kind() != known.kind()) return inferred;
  if (inferred.is(Kind::array)) return Type::array(with(inferred.element(), known.element(), room));
  if (!inferred.is(Kind::struct_)) return inferred;
  std::vector<Field> fields = inferred.fields();
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < fields.size(); ++i)
    places.emplace(folded_name(fields[i].name), i);
  for (const Field& field : known.fields()) {
    const auto [place, is_new] = places.emplace(folded_name(field.name), fields.size());
    if (!is_new) {
      Type& there = fields[place->second].type;
      there = with(there, field.type, room);
      continue;
    }
    const std::size_t names = 1 + names_in(field.type);
    if (names > room) {
      places.erase(place);
      continue;
    }
    room -= names;
    fields.push_back(field);
  }
  std::sort(fields.begin(), fields.end(),
            [](const Field& a, const Field& b) { return a.name < b.name; });
  return Type::structure(std::move(fields));
}

}  // namespace

Type with_known_fields(const Type& inferred, const Type& known) {
  const std::size_t names = names_in(inferred);
  constexpr std::size_t most = limits::inferred_fields_max;
  std::size_t room = names < most ? most - names : 0;
  return with(inferred, known, room);
}

}  // namespace weir::engine::duckdb
