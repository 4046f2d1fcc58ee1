#pragma once

#include <cstdint>

/// Bounds of XML beyond those in base/limits.hpp.
namespace weir::limits {

// Declared in a document's own DTD. expat searches all of an element's for each new one.
inline constexpr std::uint32_t xml_attributes_declared_max = 4096;

}  // namespace weir::limits
