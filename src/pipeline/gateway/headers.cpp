#include "pipeline/gateway/headers.hpp"

#include <algorithm>
#include <optional>

#include "http/byte_class.hpp"
#include "xml/encoding.hpp"

namespace weir::gateway {
namespace {

using http::trimmed;

/// `word` is in lower case.
bool is_word(std::string_view text, std::string_view word) {
  return text.size() == word.size() &&
         std::equal(text.begin(), text.end(), word.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         });
}

std::optional<PayloadType> type_of(std::string_view media) {
  if (is_word(media, "application/json")) return PayloadType::json;
  if (is_word(media, "application/xml") || is_word(media, "text/xml")) return PayloadType::xml;
  return std::nullopt;
}

std::string_view unquoted(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    return value.substr(1, value.size() - 2);
  return value;
}

/// RFC 8259 knows JSON as UTF-8 only.
bool is_taken(std::string_view charset, PayloadType type) {
  return xml::same_encoding(charset, "utf-8") || xml::same_encoding(charset, "us-ascii") ||
         (type == PayloadType::xml && xml::is_known_encoding(charset));
}

}  // namespace

Result<ContentType> content_type_of(std::string_view content_type) {
  std::size_t end = content_type.find(';');
  const auto type = type_of(trimmed(content_type.substr(0, end)));
  if (!type)
    return fail(Errc::unsupported_media,
                content_type.empty()
                    ? "Content-Type is missing. Send application/json or application/xml."
                    : "Content-Type " + quoted(content_type) +
                          " is not taken. Send application/json or application/xml.");
  ContentType found{*type, {}};
  while (end != std::string_view::npos) {
    content_type.remove_prefix(end + 1);
    end = content_type.find(';');
    const std::string_view parameter = trimmed(content_type.substr(0, end));
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !is_word(parameter.substr(0, equals), "charset"))
      continue;
    found.charset = unquoted(trimmed(parameter.substr(equals + 1)));
    if (!is_taken(found.charset, *type))
      return fail(Errc::unsupported_media,
                  "The charset " + quoted(found.charset) + " is not " +
                      (*type == PayloadType::xml ? "known" : "taken for JSON") +
                      ". Send the payload as UTF-8.");
  }
  return found;
}

Result<Coding> coding_of(std::string_view content_encoding) {
  if (content_encoding.empty() || is_word(content_encoding, "identity")) return Coding::identity;
  if (is_word(content_encoding, "gzip") || is_word(content_encoding, "x-gzip")) return Coding::gzip;
  if (is_word(content_encoding, "zstd")) return Coding::zstd;
  return fail(Errc::unsupported_media, "Content-Encoding " + quoted(content_encoding) +
                                           " is not taken. Send gzip or zstd, once, or the body as "
                                           "it is.");
}

std::string quoted(std::string_view text) {
  constexpr std::size_t shown = 80;
  std::string out = "\"";
  for (const char c : text.substr(0, shown))
    out += c >= 0x20 && c < 0x7F ? c : '?';
  return out += text.size() > shown ? "...\"" : "\"";
}

}  // namespace weir::gateway
