#include "xml/xml_to_cbor.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <expat.h>

#include "base/assert.hpp"
#include "xml/element_tree.hpp"
#include "xml/encoding.hpp"

/// expat, because it is streaming, small, hardened for two decades, and has a hook for every place
/// where a document could ask for more than its bytes are worth. Not a DOM: the tree is built in
/// the vectors of ElementTree. Not libxml2: it reads external things unless it is told not to in
/// several places.
namespace weir::xml {
namespace {

constexpr std::string_view encodings_of_expat[] = {"utf-16", "iso-8859-1", "us-ascii"};

/// Below this much text a document is not asked how far it expands.
constexpr std::uint64_t expansion_free_bytes = 64 * limits::kib;
/// Characters of three bytes in UTF-8 may be one byte in another encoding.
constexpr std::uint64_t recoded_bytes_max_factor = 3;

/// Whether expat reads it by itself.
bool is_of_expat(std::string_view encoding) {
  return std::any_of(std::begin(encodings_of_expat), std::end(encodings_of_expat),
                     [encoding](std::string_view own) { return same_encoding(encoding, own); });
}

std::string quoted(std::string_view name) {
  constexpr std::size_t shown = 64;
  return "'" + std::string(name.substr(0, shown)) + (name.size() > shown ? "...'" : "'");
}

/// Whether raw bytes of a start tag refer to an entity beyond the predefined ones. UTF-16 is
/// read by passing over its zero bytes.
bool names_declared_entity(std::string_view raw) {
  std::string tag;
  for (const char c : raw) {
    if (c != '\0') tag.push_back(c);
  }
  for (std::size_t at = tag.find('&'); at != std::string::npos; at = tag.find('&', at + 1)) {
    const std::string_view name = std::string_view(tag).substr(at + 1, tag.find(';', at) - at - 1);
    const bool predefined = name == "amp" || name == "lt" || name == "gt" || name == "quot" ||
                            name == "apos" || name.substr(0, 1) == "#";
    if (!predefined) return true;
  }
  return false;
}

}  // namespace

/// expat calls the static functions; `user` is the Parse. Nothing may leave them by exception.
class Converter::Parse {
 public:
  explicit Parse(const XmlLimits& limits) : limits_(limits), parser_(XML_ParserCreate(nullptr)) {
    WEIR_ASSERT(parser_ != nullptr);
  }
  ~Parse() { XML_ParserFree(parser_); }
  Parse(const Parse&) = delete;
  Parse& operator=(const Parse&) = delete;

  Result<void> run(std::string_view xml, std::string& out) {
    if (xml.size() > limits_.bytes_max) {
      return fail(Errc::too_large, "the XML document has " + std::to_string(xml.size()) +
                                       " bytes, more than " + std::to_string(limits_.bytes_max));
    }
    WEIR_TRY(const Input input, input_of(xml));
    begin(input);
    const auto status =
        XML_Parse(parser_, input.text.data(), static_cast<int>(input.text.size()), XML_TRUE);
    if (refused_) return fail(Errc::bad_request, std::move(*refused_));
    if (status != XML_STATUS_OK) return fail(Errc::bad_request, where() + what_expat_says());
    tree_.encode(out);
    return {};
  }

 private:
  static Parse& self(void* user) { return *static_cast<Parse*>(user); }

  /// What expat is to read, and in which encoding whatever the document declares; nullptr: as
  /// declared.
  struct Input {
    std::string_view text;
    const char* encoding = nullptr;
  };

  Result<Input> input_of(std::string_view xml) {
    switch (byte_order_mark(xml)) {
      case ByteOrderMark::utf8:
        return Input{xml.substr(utf8_mark.size()), "UTF-8"};
      case ByteOrderMark::utf16:
        return Input{xml, "UTF-16"};
      case ByteOrderMark::none:
        break;
    }
    const std::string_view declared = declared_encoding(xml);
    if (same_encoding(declared, "utf-8")) return Input{xml, "UTF-8"};  // also as utf8
    // One that nobody knows is left to expat, which says where it stands.
    if (declared.empty() || is_of_expat(declared) || !is_known_encoding(declared))
      return Input{xml};
    recoded_.clear();
    WEIR_CHECK(to_utf8(xml, declared, recoded_bytes_max_factor * limits_.bytes_max, recoded_));
    return Input{recoded_, "UTF-8"};
  }

  void begin(const Input& input) {
    tree_.clear();
    refused_.reset();
    entity_declared_ = false;
    dtd_unread_ = false;
    declared_attributes_.clear();
    declarations_ = 0;
    declared_seen_ = 0;
    const std::uint64_t size = input.text.size();
    bytes_max_ = std::max<std::uint64_t>(expansion_free_bytes, size * limits_.expansion_max);
    declared_seen_max_ = std::max<std::uint64_t>(expansion_free_bytes, size);
    XML_ParserReset(parser_, input.encoding);
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, on_start, on_end);
    XML_SetCharacterDataHandler(parser_, on_text);
    XML_SetEntityDeclHandler(parser_, on_entity_declaration);
    XML_SetAttlistDeclHandler(parser_, on_attribute_declaration);
    XML_SetSkippedEntityHandler(parser_, on_skipped_entity);
    XML_SetNotStandaloneHandler(parser_, on_unread_dtd);
  }

  std::string where() const {
    return "XML line " + std::to_string(XML_GetCurrentLineNumber(parser_)) + ", column " +
           std::to_string(XML_GetCurrentColumnNumber(parser_) + 1) + ": ";
  }

  std::string what_expat_says() const {
    const XML_Error code = XML_GetErrorCode(parser_);
    if (code == XML_ERROR_UNKNOWN_ENCODING) {
      return "the declared encoding is not known; send UTF-8, UTF-16, ISO-8859-1 or US-ASCII";
    }
    if (code == XML_ERROR_INCORRECT_ENCODING) {
      return "the document is not in the encoding it declares; mend the declaration, or name the "
             "charset in the Content-Type";
    }
    return XML_ErrorString(code);
  }

  void refuse(const std::string& reason) {
    if (refused_) return;
    refused_ = where() + reason;
    XML_StopParser(parser_, XML_FALSE);
  }

  static void on_start(void* user, const XML_Char* name, const XML_Char** attributes) noexcept {
    Parse& parse = self(user);
    if (!parse.refused_) parse.start(name, attributes);
  }

  static void on_end(void* user, const XML_Char*) noexcept {
    Parse& parse = self(user);
    if (!parse.refused_) parse.tree_.close();
  }

  static void on_text(void* user, const XML_Char* text, int size) noexcept {
    Parse& parse = self(user);
    if (parse.refused_) return;
    parse.tree_.text({text, static_cast<std::size_t>(size)});
    parse.check_size();
  }

  static void on_entity_declaration(void* user, const XML_Char* name, int is_parameter,
                                    const XML_Char* value, int, const XML_Char*, const XML_Char*,
                                    const XML_Char*, const XML_Char*) noexcept {
    Parse& parse = self(user);
    if (value == nullptr || is_parameter != 0) {
      parse.refuse("entity " + quoted(name) + " is external or a parameter entity, which are " +
                   "never read; send its text instead");
    }
    parse.entity_declared_ = true;
    parse.check_entities();
  }

  static void on_attribute_declaration(void* user, const XML_Char* element, const XML_Char*,
                                       const XML_Char*, const XML_Char*, int) noexcept {
    Parse& parse = self(user);
    if (parse.refused_) return;
    if (++parse.declarations_ > parse.limits_.attributes_declared_max) {
      return parse.refuse("more than " + std::to_string(parse.limits_.attributes_declared_max) +
                          " attributes are declared; declare fewer, or send no DTD");
    }
    ++parse.declared_attributes_[element];
  }

  static void on_skipped_entity(void* user, const XML_Char* name, int) noexcept {
    self(user).refuse("entity " + quoted(name) + " is not declared in this document");
  }

  /// The document leans on an external DTD or a parameter entity, which we do not read.
  static int on_unread_dtd(void* user) noexcept {
    self(user).dtd_unread_ = true;
    self(user).check_entities();
    return XML_STATUS_OK;
  }

  /// Where part of the DTD is unread, expat drops unknown entities from attributes without a word:
  /// such documents may use none at all, so that nothing is lost unseen.
  void check_entities() {
    if (dtd_unread_ && entity_declared_) {
      refuse("entities cannot be declared beside an external DTD, which is never read");
    }
  }

  void check_size() {
    if (tree_.nodes() > limits_.nodes_max) {
      refuse("more than " + std::to_string(limits_.nodes_max) +
             " elements, attributes and pieces of text");
    }
    if (tree_.bytes() > bytes_max_) {
      refuse("its text grows beyond " + std::to_string(bytes_max_) +
             " bytes; use fewer or shorter entities");
    }
  }

  /// For every element expat walks all attributes that were declared for its name, sent or not: a
  /// small document could ask for work without end.
  void check_declared(const XML_Char* name) {
    if (declared_attributes_.empty()) return;
    const auto found = declared_attributes_.find(std::string_view(name));
    if (found == declared_attributes_.end()) return;
    declared_seen_ += found->second;
    if (declared_seen_ > declared_seen_max_) {
      refuse("its elements have more than " + std::to_string(declared_seen_max_) +
             " declared attributes in all, sent or not; declare fewer, or send no DTD");
    }
  }

  void start(const XML_Char* name, const XML_Char** attributes) {
    check_declared(name);
    if (refused_) return;
    if (tree_.depth() >= limits_.depth_max) {
      return refuse("elements nest deeper than " + std::to_string(limits_.depth_max));
    }
    if (!name_fits(name)) return;
    if (dtd_unread_ && attributes[0] != nullptr && names_declared_entity(raw_tag())) {
      return refuse(
          "an attribute uses an entity that an external DTD declares, which is never "
          "read; send its text instead");
    }
    // Those that a DTD adds by default come behind the ones that were sent.
    const auto sent = static_cast<std::size_t>(XML_GetSpecifiedAttributeCount(parser_)) / 2;
    if (sent > limits_.attributes_max) {
      return refuse("element " + quoted(name) + " has more than " +
                    std::to_string(limits_.attributes_max) + " attributes");
    }
    tree_.open(name);
    for (std::size_t i = 0; i < sent; ++i) {
      if (!name_fits(attributes[2 * i])) return;
      tree_.attribute(attributes[2 * i], attributes[2 * i + 1]);
    }
    check_size();
  }

  bool name_fits(std::string_view name) {
    if (name.size() <= limits_.name_bytes_max) return true;
    refuse("name " + quoted(name) + " has more than " + std::to_string(limits_.name_bytes_max) +
           " bytes");
    return false;
  }

  std::string_view raw_tag() const {
    int offset = 0;
    int size = 0;
    const char* input = XML_GetInputContext(parser_, &offset, &size);
    const int count = XML_GetCurrentByteCount(parser_);
    if (input == nullptr || count <= 0 || count > size - offset) return {};
    return {input + offset, static_cast<std::size_t>(count)};
  }

  const XmlLimits limits_;
  XML_Parser parser_;
  ElementTree tree_;
  std::optional<std::string> refused_;
  std::uint64_t bytes_max_ = 0;
  std::string recoded_;  // the document as UTF-8, where expat does not read its encoding
  std::map<std::string, std::uint64_t, std::less<>> declared_attributes_;  // by element
  std::uint64_t declarations_ = 0;
  std::uint64_t declared_seen_ = 0;  // declared attributes of each element so far, added up
  std::uint64_t declared_seen_max_ = 0;
  bool entity_declared_ = false;
  bool dtd_unread_ = false;
};

Converter::Converter(const XmlLimits& limits) : parse_(std::make_unique<Parse>(limits)) {}
Converter::~Converter() = default;

Result<void> Converter::convert(std::string_view xml, std::string& out) {
  return parse_->run(xml, out);
}

}  // namespace weir::xml
