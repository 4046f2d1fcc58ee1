#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/duckdb/connection.hpp"

/// SQL text in which nothing of a user can be anything but a name or a value.
namespace weir::engine::duckdb {

/// A table, column or schema, whatever its name holds.
struct Name {
  std::string_view text;
};

/// A text value.
struct Text {
  std::string_view text;
};

class Sql {
 public:
  Sql() = default;
  /// What was made to be SQL elsewhere: casts, translated queries.
  static Sql verbatim(std::string text) { return Sql(std::move(text)); }

  const std::string& text() const { return text_; }
  operator const std::string&() const { return text_; }  // NOLINT(google-explicit-constructor)
  bool empty() const { return text_.empty(); }

  void append(const Sql& part) { text_ += part.text_; }
  void append(Name name) { text_ += quote_name(name.text); }
  void append(Text value) { text_ += quote_text(value.text); }
  void append(std::integral auto number) { text_ += std::to_string(number); }

 private:
  template <class... Parts>
  friend class Template;
  friend Sql join(const std::vector<Sql>& parts, std::string_view between);
  explicit Sql(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// A literal with a `$` for each part.
template <class... Parts>
class Template {
 public:
  consteval Template(const char* text) : text_(text) {  // NOLINT(google-explicit-constructor)
    std::size_t places = 0;
    for (const char c : text_)
      places += c == '$' ? 1 : 0;
    if (places != sizeof...(Parts)) not_a_part_for_each_place();
  }

  Sql filled(const Parts&... parts) const {
    Sql out;
    std::string_view rest = text_;
    [[maybe_unused]] const auto next = [&out, &rest](const auto& part) {
      const std::size_t place = rest.find('$');
      out.text_ += rest.substr(0, place);
      out.append(part);
      rest.remove_prefix(place + 1);
    };
    (next(parts), ...);
    out.text_ += rest;
    return out;
  }

 private:
  static void not_a_part_for_each_place() {}  // not constexpr: calling it does not compile
  std::string_view text_;
};

/// sql("DELETE FROM $ WHERE v = $", Name{table}, Text{value})
template <class... Parts>
Sql sql(std::type_identity_t<Template<Parts...>> text, const Parts&... parts) {
  return text.filled(parts...);
}

/// The parts with a literal between each two.
inline Sql join(const std::vector<Sql>& parts, std::string_view between) {
  Sql out;
  for (const Sql& part : parts) {
    if (&part != &parts.front()) out.text_ += between;
    out.text_ += part.text_;
  }
  return out;
}

}  // namespace weir::engine::duckdb
