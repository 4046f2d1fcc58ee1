#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir::store {

/// An element of a store's answer, without its attributes.
struct XmlElement {
  std::string name;
  std::string text;  // of its own
  std::vector<XmlElement> children = {};

  /// The text of the first child of that name; empty where there is none.
  std::string child(std::string_view child_name) const;
  std::vector<const XmlElement*> all(std::string_view child_name) const;
};

/// corrupt: it is no XML document.
Result<XmlElement> parse_xml(std::string_view document);

}  // namespace weir::store
