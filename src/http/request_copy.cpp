#include "http/request_copy.hpp"

#include <algorithm>
#include <cstdint>

#include "base/bytes.hpp"

namespace weir::http {
namespace {

enum class Part : std::uint8_t { path, query };

Result<std::string> decoded(std::string_view text, Part part) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && part == Part::query) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return fail(Errc::bad_request,
                    "The path or query has a % that two hex digits do not follow. Write a percent "
                    "sign as %25.");
      const char byte = static_cast<char>(high * 16 + low);
      i += 2;
      if (part == Part::path && byte == '/')
        out += "%2F";
      else if (part == Part::path && byte == '%')
        out += "%25";
      else
        out += byte;
    }
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

Result<void> copy_query(std::string_view query, Request& request) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    WEIR_TRY(std::string name, decoded(pair.substr(0, equals), Part::query));
    WEIR_TRY(std::string value, equals == std::string_view::npos
                                    ? Result<std::string>(std::string())
                                    : decoded(pair.substr(equals + 1), Part::query));
    request.query[std::move(name)] = std::move(value);
  }
  return {};
}

}  // namespace

Result<Request> copy_request(const RequestView& view, std::string request_id) {
  Request request;
  request.method = view.method();
  WEIR_TRY(request.path, decoded(view.path(), Part::path));
  WEIR_CHECK(copy_query(view.query(), request));
  for (std::size_t i = 0; i < view.field_count(); ++i) {
    std::string& value = request.headers[lower(view.field_name(i))];
    if (!value.empty()) value += ", ";
    value += view.field_value(i);
  }
  request.body = view.body();
  request.request_id = std::move(request_id);
  request.peer = view.peer();
  return request;
}

}  // namespace weir::http
