#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "xml/xml_limits.hpp"

namespace weir::xml {

/// What one document may ask for; a test sets its own.
struct XmlLimits {
  std::uint64_t bytes_max = limits::payload_bytes_ceiling;
  std::uint32_t depth_max = limits::xml_depth_max;
  std::uint32_t attributes_max = limits::xml_attributes_max;                    // of one element
  std::uint32_t attributes_declared_max = limits::xml_attributes_declared_max;  // in a DTD
  std::uint32_t name_bytes_max = limits::xml_name_bytes_max;
  std::uint32_t nodes_max = limits::xml_nodes_max;  // elements, attributes and pieces of text
  /// Names and text may grow to this multiple of the document's bytes, by entities or by encoding.
  std::uint32_t expansion_max = limits::xml_expansion_max;
};

/// Turns XML documents into the `payload` of docs/formats/batch-file.md (spark-xml's conventions).
/// One document at a time; keep it, its buffers are reused. Not thread-safe.
///
/// A byte order mark says the encoding, otherwise the declaration does (encoding.hpp); what iconv
/// knows is read. The work is linear in the document's bytes. Nothing outside the document is
/// ever read: a declaration of an external or parameter entity is refused, an external DTD is
/// passed over, and then only the five predefined entities may be used. Internal entities are
/// expanded within the limits.
class Converter {
 public:
  explicit Converter(const XmlLimits& limits = {});
  ~Converter();
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  /// Appends {root name: root value} to `out`. A document that cannot be taken leaves `out` as it
  /// was and says where and why: bad_request "XML line 3, column 7: mismatched tag".
  Result<void> convert(std::string_view xml, std::string& out);

 private:
  class Parse;
  std::unique_ptr<Parse> parse_;
};

}  // namespace weir::xml
