#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/dialect/typed.hpp"

namespace weir::dialect {

struct Call;

/// The types that a parameter takes, or that a result has, as a small tree.
struct TypePattern {
  enum class Kind : std::uint8_t {
    exact,     // `type`, by an implicit cast
    number,    // any number as it is; a text as a double
    integral,  // any whole number as it is
    interval,  // any interval as it is
    bytes,     // binary, and no text
    variable,  // `variable`: the same type wherever the letter stands
    array,     // of parts[0]
    map,       // parts[0] to parts[1]
  };
  Kind kind = Kind::exact;
  Type type;
  char variable = 0;
  std::vector<TypePattern> parts;
};

/// What a function takes and gives, written as one text:
///
///     string, int, string = ' ' -> string    the last may be left out; it is then ' '
///     array<T>, T -> boolean                 T is the type that both meet in
///     map<K, V>... -> map<K, V>              one or more
///
/// Types are Spark's (`bigint`, `array<string>`), `number`, `integral`, `interval`, `bytes` and
/// capital letters.
class Signature {
 public:
  /// `text` is part of the program: a mistake in it is an assertion.
  explicit Signature(std::string_view text);

  [[nodiscard]] bool takes(std::size_t count) const;

  /// Arguments of the parameters' types, those left out too.
  struct Fit {
    std::vector<Typed> args;
    Type result;
    std::string left_out;  // what Spark writes for those left out, with ", " before each
  };
  [[nodiscard]] Result<Fit> fit(const Call& call) const;

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Parameter {
    TypePattern pattern;
    std::optional<std::string> fallback;  // as SQL
  };

  [[nodiscard]] const Parameter& parameter(std::size_t i) const;

  std::string text_;
  std::vector<Parameter> parameters_;
  bool repeated_ = false;  // the last one
  TypePattern result_;
};

}  // namespace weir::dialect
