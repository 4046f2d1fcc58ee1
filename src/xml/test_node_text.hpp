#pragma once

#include <string>

#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

/// Trees as one line of text, for tests.
namespace weir::xml {

inline std::string show(const Node& node) {
  if (node.kind == Node::Kind::null) return "null";
  if (node.kind == Node::Kind::text) return "\"" + std::string(node.text) + "\"";
  const bool map = node.kind == Node::Kind::map;
  std::string out = map ? "{" : "[";
  for (const Member& member : node.members) {
    if (out.size() > 1) out += ", ";
    if (map) out += std::string(member.key) + ": ";
    out += show(member.value);
  }
  return out + (map ? "}" : "]");
}

/// A whole record around what `convert` makes of `xml`.
inline Result<std::string> pack(Converter& converter, std::string_view xml) {
  std::string bytes;
  append_record_head(bytes, {"receipt", Time{}, "application/xml"});
  WEIR_CHECK(converter.convert(xml, bytes));
  return bytes;
}

/// The tree of `xml` after a round through CBOR, or the message of what went wrong.
inline std::string round_trip(std::string_view xml, const XmlLimits& limits = {}) {
  Converter converter(limits);
  const auto bytes = pack(converter, xml);
  if (!bytes) return bytes.error().message;
  PackReader reader(*bytes);
  const auto record = reader.next();
  if (!record) return record.error().message;
  return show((*record)->payload);
}

}  // namespace weir::xml
