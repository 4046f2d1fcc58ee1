// Expat, which reads a document of a few kilobytes from a server that we were told to trust. A
// document type is refused, so that no entity is expanded.
#include "pipeline/store/remote/xml_element.hpp"

#include <memory>
#include <type_traits>
#include <utility>

#include <expat.h>

namespace weir::store {
namespace {

constexpr std::size_t depth_max = 32;

struct Building {
  XML_Parser parser = nullptr;
  XmlElement root;
  std::vector<XmlElement> open;
};

void begin(void* building, const XML_Char* name, const XML_Char**) {
  Building& self = *static_cast<Building*>(building);
  if (self.open.size() == depth_max) XML_StopParser(self.parser, XML_FALSE);
  self.open.push_back({.name = name, .text = {}});
}

void end(void* building, const XML_Char*) {
  Building& self = *static_cast<Building*>(building);
  XmlElement done = std::move(self.open.back());
  self.open.pop_back();
  if (self.open.empty())
    self.root = std::move(done);
  else
    self.open.back().children.push_back(std::move(done));
}

void text(void* building, const XML_Char* bytes, int size) {
  Building& self = *static_cast<Building*>(building);
  if (!self.open.empty()) self.open.back().text.append(bytes, static_cast<std::size_t>(size));
}

void refuse_doctype(void* building, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  XML_StopParser(static_cast<Building*>(building)->parser, XML_FALSE);
}

}  // namespace

std::string XmlElement::child(std::string_view child_name) const {
  for (const XmlElement& one : children)
    if (one.name == child_name) return one.text;
  return "";
}

std::vector<const XmlElement*> XmlElement::all(std::string_view child_name) const {
  std::vector<const XmlElement*> found;
  for (const XmlElement& one : children)
    if (one.name == child_name) found.push_back(&one);
  return found;
}

Result<XmlElement> parse_xml(std::string_view document) {
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate(nullptr), &XML_ParserFree);
  Building building{.parser = parser.get(), .root = {}, .open = {}};
  XML_SetUserData(parser.get(), &building);
  XML_SetElementHandler(parser.get(), &begin, &end);
  XML_SetCharacterDataHandler(parser.get(), &text);
  XML_SetStartDoctypeDeclHandler(parser.get(), &refuse_doctype);
  const auto parsed =
      XML_Parse(parser.get(), document.data(), static_cast<int>(document.size()), XML_TRUE);
  if (parsed == XML_STATUS_OK) return std::move(building.root);
  return fail(Errc::corrupt, std::string("the store's answer is no XML: ") +
                                 XML_ErrorString(XML_GetErrorCode(parser.get())));
}

}  // namespace weir::store
