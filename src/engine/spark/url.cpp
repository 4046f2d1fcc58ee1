// An address is cut at the delimiters of RFC 3986, appendix B. What java.net.URI refuses is told by
// its characters; the finer rules (of ports, of brackets) are not held.

#include "engine/spark/url.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace weir::spark {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct Parts {
  std::string_view scheme, authority, path, query, fragment;
  bool has_authority = false;
  bool has_query = false;
  bool has_fragment = false;
};

bool characters_hold(std::string_view url) {
  for (std::size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    if (c == '%') {
      if (i + 2 >= url.size() || hex_digit(url[i + 1]) < 0 || hex_digit(url[i + 2]) < 0)
        return false;
    } else if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f' ||
               std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

std::optional<Parts> parts_of(std::string_view url) {
  if (!characters_hold(url)) return std::nullopt;
  Parts parts;
  if (const std::size_t hash = url.find('#'); hash != std::string_view::npos) {
    parts.fragment = url.substr(hash + 1);
    parts.has_fragment = true;
    url = url.substr(0, hash);
  }
  const std::size_t colon = url.find_first_of(":/?");
  if (colon != std::string_view::npos && url[colon] == ':' && colon > 0) {
    parts.scheme = url.substr(0, colon);
    url.remove_prefix(colon + 1);
  }
  if (const std::size_t mark = url.find('?'); mark != std::string_view::npos) {
    parts.query = url.substr(mark + 1);
    parts.has_query = true;
    url = url.substr(0, mark);
  }
  if (url.starts_with("//")) {
    url.remove_prefix(2);
    const std::size_t end = std::min(url.find('/'), url.size());
    parts.authority = url.substr(0, end);
    parts.has_authority = !parts.authority.empty();
    url.remove_prefix(end);
  }
  parts.path = url;
  return parts;
}

std::optional<std::string> text_if(bool there, std::string_view text) {
  return there ? std::optional(std::string(text)) : std::nullopt;
}

}  // namespace

std::optional<std::string> url_part(std::string_view url, std::string_view part) {
  const auto parts = parts_of(url);
  if (!parts) return std::nullopt;
  if (part == "PATH") return std::string(parts->path);
  if (part == "QUERY") return text_if(parts->has_query, parts->query);
  if (part == "REF") return text_if(parts->has_fragment, parts->fragment);
  if (part == "PROTOCOL") return text_if(!parts->scheme.empty(), parts->scheme);
  if (part == "AUTHORITY") return text_if(parts->has_authority, parts->authority);
  if (part == "FILE") {
    return std::string(parts->path) + (parts->has_query ? "?" + std::string(parts->query) : "");
  }
  const std::size_t at = parts->authority.find('@');
  if (part == "USERINFO")
    return text_if(at != std::string_view::npos, parts->authority.substr(0, at));
  if (part != "HOST" || !parts->has_authority) return std::nullopt;
  std::string_view host = parts->authority;
  if (at != std::string_view::npos) host.remove_prefix(at + 1);
  const std::size_t bracket = host.find(']');
  const std::size_t port = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (port != std::string_view::npos) host = host.substr(0, port);
  return text_if(!host.empty(), host);
}

std::optional<std::string> url_query_value(std::string_view url, std::string_view key) {
  const auto parts = parts_of(url);
  if (!parts || !parts->has_query) return std::nullopt;
  for (std::string_view rest = parts->query;;) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == key)
      return std::string(pair.substr(equals + 1));
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
}

std::string url_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '*') {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += {'%', hex_digits[byte >> 4U], hex_digits[byte & 15U]};
    }
  }
  return out;
}

std::optional<std::string> url_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace weir::spark
