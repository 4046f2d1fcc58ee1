#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/http.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace weir::control {

/// Reads the fields of a JSON object in a request. Every error is bad_request and names the field.
/// A null counts as an absent field. The known fields are listed when the object is opened, so that
/// a misspelt one is refused instead of ignored.
class Fields {
 public:
  using Known = std::initializer_list<std::string_view>;

  /// The request's body; one without any is read as {}.
  static Result<Fields> of_body(const http::Request& request, Known known);

  bool has(std::string_view name) const { return find(name) != nullptr; }

  Result<std::string> text(std::string_view name) const;
  Result<std::string> text_or(std::string_view name, std::string otherwise) const;
  Result<bool> flag_or(std::string_view name, bool otherwise) const;
  /// A whole number of [least, most].
  Result<int> number_or(std::string_view name, int otherwise, int least, int most) const;
  Result<std::vector<std::string>> texts(std::string_view name) const;
  Result<std::optional<Time>> time(std::string_view name) const;  // RFC 3339
  Result<std::optional<Day>> day(std::string_view name) const;    // "2027-03-02"
  /// An object as JSON text; "" when the field is absent.
  Result<std::string> object_text(std::string_view name) const;
  /// An array as JSON text; "" when the field is absent.
  Result<std::string> array_text(std::string_view name) const;
  /// A required object of these fields.
  Result<Fields> object(std::string_view name, Known known) const;
  /// An array of objects.
  Result<std::vector<Fields>> items(std::string_view name, Known known) const;

 private:
  Fields(boost::json::object object, std::string where)
      : object_(std::move(object)), where_(std::move(where)) {}
  static Result<Fields> open(boost::json::object object, std::string where, Known known);
  const boost::json::value* find(std::string_view name) const;
  std::string quoted(std::string_view name) const;
  Failure expected(std::string_view name, std::string_view type) const;
  Result<const boost::json::value*> required(std::string_view name, std::string_view type) const;

  boost::json::object object_;
  std::string where_;  // "fields[2]." of a nested object, "" of the body
};

}  // namespace weir::control
