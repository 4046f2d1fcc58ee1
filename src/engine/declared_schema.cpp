// What records need beyond what a type is, checked on the type once it was read: the place in the
// schema follows from the way to it.

#include "engine/declared_schema.hpp"

#include <set>
#include <string>

#include "base/case_fold.hpp"
#include "engine/spark/schema_json.hpp"

namespace weir::engine {

namespace {

using spark::Kind;
using spark::Type;

Failure at(const std::string& path, const std::string& what) {
  return fail(Errc::bad_request, "the schema is not valid at " + path + ": " + what);
}

Result<void> check(const Type& type, const std::string& path) {
  if (type.is(Kind::array)) return check(type.element(), path + ".elementType");
  if (type.is(Kind::map)) {
    if (!type.key().is(Kind::string))
      return at(path + ".keyType", "keys of JSON and XML are text; declare \"string\"");
    return check(type.value(), path + ".valueType");
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < type.fields().size(); ++i) {
    const spark::Field& field = type.fields()[i];
    const std::string here = path + ".fields[" + std::to_string(i) + "]";
    if (!names.insert(folded_name(field.name)).second)
      return at(here, "the name \"" + field.name +
                          "\" is there twice; Spark does not tell upper from lower case");
    WEIR_CHECK(check(field.type, here + ".type"));
  }
  return {};
}

}  // namespace

Result<Type> declared_schema(std::string_view json) {
  WEIR_TRY(Type type, spark::parse_schema_json(json));
  if (!type.is(Kind::struct_)) return at("$", "the top must be of type struct");
  WEIR_CHECK(check(type, "$"));
  return type;
}

}  // namespace weir::engine
