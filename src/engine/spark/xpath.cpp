// libxml2 does XML and XPath. Spark asks Java's DOM without namespaces, so namespaces are taken off
// the tree before it is asked. Numbers are read and written here where a result is made of them,
// since libxml2 takes 1e3 for one and writes 15 digits.
#include "engine/spark/xpath.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

namespace weir::spark {

namespace {

constexpr unsigned long steps_max = 10'000'000;

struct DropDocument {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using Document = std::unique_ptr<xmlDoc, DropDocument>;
struct DropObject {
  void operator()(xmlXPathObject* object) const { xmlXPathFreeObject(object); }
};
using Object = std::unique_ptr<xmlXPathObject, DropObject>;

void say_nothing(void* /*data*/, xmlErrorPtr /*error*/) {}

/// A declaration of a document's type could name files and make texts grow.
void stop_at_doctype(void* data, const xmlChar* /*name*/, const xmlChar* /*external*/,
                     const xmlChar* /*system*/) {
  auto* parser = static_cast<xmlParserCtxt*>(data);
  xmlStopParser(parser);
  parser->wellFormed = 0;
}

void take_namespaces_off(xmlDoc* document) {
  for (xmlNode* node = document->children; node != nullptr;) {
    if (node->type == XML_ELEMENT_NODE) {
      node->ns = nullptr;
      // A prefix that was never declared is still part of the name.
      const auto* colon = reinterpret_cast<const xmlChar*>(
          std::strchr(reinterpret_cast<const char*>(node->name), ':'));
      if (colon != nullptr) {
        xmlChar* local = xmlStrdup(colon + 1);
        if (local != nullptr) xmlNodeSetName(node, local);
        xmlFree(local);
      }
      for (xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next)
        attribute->ns = nullptr;
    }
    if (node->type == XML_ELEMENT_NODE && node->children != nullptr) {
      node = node->children;
      continue;
    }
    while (node != nullptr && node->next == nullptr && node->parent != nullptr &&
           node->parent->type == XML_ELEMENT_NODE)
      node = node->parent;
    node = node == nullptr ? nullptr : node->next;
  }
}

Document parsed(std::string_view xml, bool keeps_sections) {
  if (xml.empty() || xml.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return nullptr;
  xmlParserCtxt* parser = xmlNewParserCtxt();
  if (parser == nullptr) return nullptr;
  parser->sax->internalSubset = stop_at_doctype;
  const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                      (keeps_sections ? 0 : XML_PARSE_NOCDATA);
  // The text is UTF-8, whatever its declaration says.
  Document document(xmlCtxtReadMemory(parser, xml.data(), static_cast<int>(xml.size()), nullptr,
                                      "UTF-8", options));
  xmlFreeParserCtxt(parser);
  if (document) take_namespaces_off(document.get());
  return document;
}

bool is_text(const xmlNode* node) {
  return node != nullptr && (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE);
}

std::string owned(xmlChar* text) {
  if (text == nullptr) return {};
  std::string out(reinterpret_cast<const char*>(text));
  xmlFree(text);
  return out;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// XPath's own numbers: digits with or without a point, and a minus.
double number_of(std::string_view text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  bool digit = false;
  int points = 0;
  for (std::size_t i = text.starts_with('-') ? 1 : 0; i < text.size(); ++i) {
    digit = digit || is_digit(text[i]);
    points += text[i] == '.' ? 1 : 0;
    if (!is_digit(text[i]) && text[i] != '.') return std::numeric_limits<double>::quiet_NaN();
  }
  if (!digit || points > 1) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  return value;
}

std::string text_of(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value == 0) return "0";
  // The fewest digits that mean the number, and zeros where its places are more than they.
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::scientific);
  std::string digits(text, end.ptr);
  const std::size_t mark = digits.find('e');
  const int whole = std::atoi(digits.c_str() + mark + 1) + 1;  // digits before the point
  digits.resize(mark);
  std::erase(digits, '.');
  const int count = static_cast<int>(digits.size());
  if (whole <= 0) {
    digits.insert(0, "0." + std::string(static_cast<std::size_t>(-whole), '0'));
  } else if (whole >= count) {
    digits.append(static_cast<std::size_t>(whole - count), '0');
  } else {
    digits.insert(static_cast<std::size_t>(whole), ".");
  }
  return (value < 0 ? "-" : "") + digits;
}

/// `name()` would tell a prefix, which is taken off.
bool asks_for_prefix(std::string_view path) {
  for (std::size_t at = path.find("name"); at != std::string_view::npos;
       at = path.find("name", at + 1)) {
    std::size_t behind = at + 4;
    while (behind < path.size() && is_space(path[behind]))
      ++behind;
    const bool call = behind < path.size() && path[behind] == '(';
    const char before = at == 0 ? ' ' : path[at - 1];
    const bool whole = before != '-' && before != '_' && before != '.' &&
                       !(before >= 'a' && before <= 'z') && !(before >= 'A' && before <= 'Z') &&
                       !is_digit(before);
    if (call && whole) return true;
  }
  return false;
}

Failure refused(std::string_view path, const std::string& why) {
  return fail(Errc::bad_request, "the path '" + std::string(path) + "' " + why);
}

}  // namespace

struct XPath::State {
  xmlXPathContext* context = nullptr;
  xmlXPathCompExpr* path = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    xmlXPathFreeCompExpr(path);
    xmlXPathFreeContext(context);
  }

  [[nodiscard]] Object of(xmlDoc* document) const {
    context->doc = document;
    context->node = reinterpret_cast<xmlNode*>(document);
    context->opCount = 0;
    xmlResetError(&context->lastError);
    Object out(xmlXPathCompiledEval(path, context));
    if (context->lastError.code != XML_ERR_OK) return nullptr;
    return out;
  }
};

void XPath::Drop::operator()(State* state) const {
  delete state;
}

Result<XPath> XPath::parse(std::string_view path, Gives gives) {
  static const bool once = [] {
    xmlInitParser();
    return true;
  }();
  static_cast<void>(once);
  if (path.find('\0') != std::string_view::npos) return refused(path, "has a NUL in it");
  if (asks_for_prefix(path))
    return refused(path, "asks for name(), which would have a prefix; write local-name()");
  std::unique_ptr<State, Drop> state(new State);
  state->context = xmlXPathNewContext(nullptr);
  if (state->context == nullptr) return fail(Errc::overloaded, "no memory for a path");
  state->context->error = say_nothing;
  state->context->opLimit = steps_max;
  state->path = xmlXPathCtxtCompile(state->context,
                                    reinterpret_cast<const xmlChar*>(std::string(path).c_str()));
  if (state->path == nullptr) return refused(path, "is no XPath 1.0");
  // What is unknown in it is found when it is asked.
  const Document probe = parsed("<a/>", false);
  const Object found = probe ? state->of(probe.get()) : nullptr;
  if (!found)
    return refused(path,
                   "has a function, a variable or a prefix that is not known; elements are "
                   "named without their prefix");
  if (gives == Gives::nodes && found->type != XPATH_NODESET)
    return refused(path,
                   "gives a value and no nodes; use XPATH_STRING, XPATH_DOUBLE or "
                   "XPATH_BOOLEAN");
  return XPath(std::move(state));
}

std::optional<std::vector<std::optional<std::string>>> XPath::nodes(std::string_view xml) const {
  const Document document = parsed(xml, true);
  const Object found = document ? state_->of(document.get()) : nullptr;
  if (!found || found->type != XPATH_NODESET) return std::nullopt;
  std::vector<std::optional<std::string>> out;
  const xmlNodeSet* set = found->nodesetval;
  for (int i = 0; set != nullptr && i < set->nodeNr; ++i) {
    xmlNode* node = set->nodeTab[i];
    // To Java, texts side by side are one, which shows as the first of them.
    if (is_text(node) && is_text(node->prev)) continue;
    const bool has_value = is_text(node) || node->type == XML_ATTRIBUTE_NODE ||
                           node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE;
    out.push_back(has_value ? std::optional(owned(xmlNodeGetContent(node))) : std::nullopt);
  }
  return out;
}

std::optional<std::string> XPath::text(std::string_view xml) const {
  const Document document = parsed(xml, false);
  const Object found = document ? state_->of(document.get()) : nullptr;
  if (!found) return std::nullopt;
  if (found->type == XPATH_NUMBER) return text_of(found->floatval);
  return owned(xmlXPathCastToString(found.get()));
}

std::optional<double> XPath::number(std::string_view xml) const {
  const Document document = parsed(xml, false);
  const Object found = document ? state_->of(document.get()) : nullptr;
  if (!found) return std::nullopt;
  if (found->type == XPATH_NUMBER) return found->floatval;
  if (found->type == XPATH_BOOLEAN) return found->boolval != 0 ? 1 : 0;
  return number_of(owned(xmlXPathCastToString(found.get())));
}

std::optional<bool> XPath::truth(std::string_view xml) const {
  const Document document = parsed(xml, false);
  const Object found = document ? state_->of(document.get()) : nullptr;
  if (!found) return std::nullopt;
  return xmlXPathCastToBoolean(found.get()) != 0;
}

}  // namespace weir::spark
