// A path is prepared once for all rows of a query, by each thread for itself. Whole numbers are
// made of fractions by the dialect layer, since Java cuts them as a cast does.
#include "engine/functions/xpath_functions.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "engine/functions/native.hpp"
#include "engine/spark/xpath.hpp"

namespace weir::engine {

namespace {

using spark::XPath;

template <XPath::Gives Gives>
const XPath* path_of(std::string_view path) {
  thread_local std::string last;
  thread_local std::optional<XPath> made;
  if (!made || last != path) {
    made.reset();
    auto parsed = XPath::parse(path, Gives);
    if (!parsed) return nullptr;
    made.emplace(*std::move(parsed));
    last = path;
  }
  return &*made;
}

std::optional<NewList<std::string>> nodes(std::string_view xml, std::string_view path) {
  const XPath* known = path_of<XPath::Gives::nodes>(path);
  return known == nullptr ? std::nullopt : known->nodes(xml);
}
std::optional<std::string> text(std::string_view xml, std::string_view path) {
  const XPath* known = path_of<XPath::Gives::value>(path);
  return known == nullptr ? std::nullopt : known->text(xml);
}
std::optional<double> number(std::string_view xml, std::string_view path) {
  const XPath* known = path_of<XPath::Gives::value>(path);
  return known == nullptr ? std::nullopt : known->number(xml);
}
std::optional<bool> truth(std::string_view xml, std::string_view path) {
  const XPath* known = path_of<XPath::Gives::value>(path);
  return known == nullptr ? std::nullopt : known->truth(xml);
}

}  // namespace

Result<void> add_xpath_functions(duckdb_connection connection) {
  WEIR_CHECK(add_native<nodes>(connection, "spark_xpath"));
  WEIR_CHECK(add_native<text>(connection, "spark_xpath_string"));
  WEIR_CHECK(add_native<number>(connection, "spark_xpath_double"));
  return add_native<truth>(connection, "spark_xpath_boolean");
}

}  // namespace weir::engine
