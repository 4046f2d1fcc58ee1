#include "http/request.hpp"

namespace weir::http {
namespace {

/// RFC 9112 3.2.2: a server takes "http://host/path" too.
std::string_view origin_form(std::string_view target) {
  if (target.empty() || target.front() == '/') return target;
  const std::size_t authority = target.find("://");
  if (authority == std::string_view::npos) return target;
  const std::size_t path = target.find_first_of("/?", authority + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

std::string_view RequestView::path() const {
  const std::string_view whole = origin_form(target());
  return whole.substr(0, whole.find('?'));
}

std::string_view RequestView::query() const {
  const std::string_view whole = origin_form(target());
  const std::size_t mark = whole.find('?');
  return mark == std::string_view::npos ? std::string_view() : whole.substr(mark + 1);
}

}  // namespace weir::http
