#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "xml/xml_limits.hpp"

namespace weir::xml {

/// The limits of one document; a test sets its own.
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

/// Converts XML documents to the `payload` of docs/formats/batch-file.md (spark-xml's conventions),
/// one at a time. Keep the converter: it reuses its buffers. Not thread-safe.
///
/// A byte order mark decides the encoding, otherwise the declaration (encoding.hpp); iconv's
/// encodings are supported. The work is linear in the document's bytes. Nothing outside the
/// document is read: a declaration of an external or parameter entity is refused, an external DTD
/// is ignored, and then only the five predefined entities may be used. Internal entities are
/// expanded within the limits.
class Converter {
 public:
  explicit Converter(const XmlLimits& limits = {});
  ~Converter();
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  /// Appends {root name: root value} to `out`. On an error `out` is unchanged; the message says
  /// where and why: bad_request "XML line 3, column 7: mismatched tag".
  Result<void> convert(std::string_view xml, std::string& out);

 private:
  class Parse;
  std::unique_ptr<Parse> parse_;
};

}  // namespace weir::xml
