#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir::spark {

/// A path of Spark's XPATH functions (XPath 1.0), to be asked of XML that is within a text.
/// Prefixes of namespaces count for nothing, as in Spark: `b` finds `<n:b>` too. Nothing outside of
/// the text is ever loaded; a text with a DOCTYPE, one that is no XML or nests deeper than 256
/// elements, and a path that takes more than ten million steps on it give nullopt, as empty text
/// does. For one thread at a time.
class XPath {
 public:
  enum class Gives : unsigned char { nodes, value };
  /// Errc::bad_request, for a path that cannot be read, or that gives a value where nodes are asked
  /// for.
  static Result<XPath> parse(std::string_view path, Gives gives);

  /// The values of the nodes: of attributes, texts, comments; nothing in the place of an element.
  [[nodiscard]] std::optional<std::vector<std::optional<std::string>>> nodes(
      std::string_view xml) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view xml) const;
  /// NaN where it is no number.
  [[nodiscard]] std::optional<double> number(std::string_view xml) const;
  [[nodiscard]] std::optional<bool> truth(std::string_view xml) const;

 private:
  struct State;
  struct Drop {
    void operator()(State* state) const;
  };
  explicit XPath(std::unique_ptr<State, Drop> state) : state_(std::move(state)) {}

  std::unique_ptr<State, Drop> state_;
};

}  // namespace weir::spark
