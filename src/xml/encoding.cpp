#include "xml/encoding.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include <iconv.h>

/// iconv of the C library reads what expat does not (it knows four encodings), and knows the names
/// that people use. What it reads becomes UTF-8 in one go: documents are a few MiB at most, and
/// expat's own hook for other encodings takes one byte a character or a call for each.
namespace weir::xml {
namespace {

constexpr std::size_t name_bytes_max = 40;
// A declaration stands at the front; one that is longer than this names nothing.
constexpr std::size_t declaration_bytes_max = 512;
constexpr std::string_view white_space = " \t\r\n";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool is_name(std::string_view name) {
  // "//" would switch on what iconv does to characters that do not fit.
  return !name.empty() && name.size() <= name_bytes_max &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_' || c == '.' || c == ':';
         });
}

bool is_utf16(std::string_view name) {
  return same_encoding(name, "utf-16") || same_encoding(name, "utf16");
}

class Iconv {
 public:
  explicit Iconv(std::string_view from) {
    if (!is_name(from)) return;
    const iconv_t opened = ::iconv_open("UTF-8", std::string(from).c_str());
    // It answers (iconv_t)-1 where it fails.
    if (reinterpret_cast<std::intptr_t>(opened) != -1) descriptor_ = opened;
  }
  ~Iconv() {
    if (is_open()) ::iconv_close(descriptor_);
  }
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;

  bool is_open() const { return descriptor_ != nullptr; }
  iconv_t get() const { return descriptor_; }

 private:
  iconv_t descriptor_ = nullptr;
};

/// UTF-16 without a mark: which byte of the first character, a `<`, is zero.
std::string_view byte_order_of(std::string_view bytes, std::string_view encoding) {
  if (!is_utf16(encoding)) return encoding;
  return bytes.size() >= 2 && bytes[1] == '\0' ? "UTF-16LE" : "UTF-16BE";
}

Failure not_in(std::string_view encoding, std::size_t at) {
  return fail(Errc::bad_request, "The XML document is not in the encoding \"" +
                                     std::string(encoding) + "\" that it is said to be in (byte " +
                                     std::to_string(at) + "). Send it as UTF-8.");
}

}  // namespace

ByteOrderMark byte_order_mark(std::string_view document) {
  if (document.starts_with(utf8_mark)) return ByteOrderMark::utf8;
  if (document.starts_with("\xFE\xFF") || document.starts_with("\xFF\xFE"))
    return ByteOrderMark::utf16;
  return ByteOrderMark::none;
}

std::string_view declared_encoding(std::string_view document) {
  if (document.starts_with(utf8_mark)) document.remove_prefix(utf8_mark.size());
  if (!document.starts_with("<?xml")) return {};
  const std::string_view front = document.substr(0, declaration_bytes_max);
  const std::string_view declaration = front.substr(0, front.find("?>"));
  constexpr std::string_view key = "encoding";
  const std::size_t at = declaration.find(key);
  if (at == std::string_view::npos || declaration.size() == front.size()) return {};
  std::size_t quote = declaration.find_first_not_of(white_space, at + key.size());
  if (quote == std::string_view::npos || declaration[quote] != '=') return {};
  quote = declaration.find_first_not_of(white_space, quote + 1);
  if (quote == std::string_view::npos || (declaration[quote] != '"' && declaration[quote] != '\''))
    return {};
  const std::size_t end = declaration.find(declaration[quote], quote + 1);
  if (end == std::string_view::npos) return {};
  return declaration.substr(quote + 1, end - quote - 1);
}

bool same_encoding(std::string_view a, std::string_view b) {
  const auto is_utf8 = [](std::string_view name) {
    return name.size() == 4 && lower(name[0]) == 'u' && lower(name[1]) == 't' &&
           lower(name[2]) == 'f' && name[3] == '8';
  };
  if (is_utf8(a)) a = "utf-8";
  if (is_utf8(b)) b = "utf-8";
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

bool is_known_encoding(std::string_view name) {
  constexpr std::array<std::string_view, 3> usual{"utf-8", "us-ascii", "iso-8859-1"};
  return std::any_of(usual.begin(), usual.end(),
                     [name](std::string_view known) { return same_encoding(name, known); }) ||
         Iconv(name).is_open();
}

Result<void> to_utf8(std::string_view bytes, std::string_view encoding, std::uint64_t bytes_max,
                     std::string& out) {
  const Iconv iconv(byte_order_of(bytes, encoding));
  if (!iconv.is_open())
    return fail(Errc::bad_request, "The encoding \"" + std::string(encoding.substr(0, 80)) +
                                       "\" is not known. Send the XML document as UTF-8.");
  const std::size_t before = out.size();
  char* from = const_cast<char*>(bytes.data());  // iconv's signature; it does not write there
  std::size_t left = bytes.size();
  std::array<char, 16384> piece;
  while (left > 0) {
    char* to = piece.data();
    std::size_t room = piece.size();
    const bool stopped =
        ::iconv(iconv.get(), &from, &left, &to, &room) == static_cast<std::size_t>(-1);
    if (stopped && errno != E2BIG) return not_in(encoding, bytes.size() - left);
    out.append(piece.data(), piece.size() - room);
    if (out.size() - before > bytes_max)
      return fail(Errc::too_large, "The XML document has more than " + std::to_string(bytes_max) +
                                       " bytes as UTF-8. Send less at a time.");
  }
  return {};
}

Result<std::string_view> self_describing(std::string_view document, std::string_view charset,
                                         std::uint64_t bytes_max, std::string& scratch) {
  if (charset.empty() || byte_order_mark(document) != ByteOrderMark::none) return document;
  const std::string_view declared = declared_encoding(document);
  const bool unicode = same_encoding(charset, "utf-8") || same_encoding(charset, "us-ascii");
  if (same_encoding(declared.empty() ? "utf-8" : declared, unicode ? "utf-8" : charset))
    return document;
  scratch = utf8_mark;
  if (unicode) {
    scratch += document;
  } else {
    WEIR_CHECK(to_utf8(document, charset, bytes_max, scratch));
  }
  return std::string_view(scratch);
}

}  // namespace weir::xml
