// Header lines are made when the catalog is read, not when a request is: a tenant without any
// origins costs a request one look at a pointer. Access-Control-Allow-Credentials is never sent:
// the token is the page's own, a cookie of ours there is not; so "*" gives nothing away.
#include "catalog/cross_origin.hpp"

#include <algorithm>

namespace weir::catalog {
namespace {

constexpr std::size_t origins_max = 100;
constexpr std::size_t origin_bytes_max = 255;

constexpr std::string_view exposed =
    "Access-Control-Expose-Headers: Retry-After, RateLimit, RateLimit-Policy, RateLimit-Limit, "
    "RateLimit-Remaining, RateLimit-Reset\r\n";
constexpr std::string_view depends_on_origin = "Vary: Origin\r\n";

bool is_origin(std::string_view text) {
  if (text == "*") return true;
  if (text.size() > origin_bytes_max) return false;
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  const std::string_view host = text.substr(scheme);
  return scheme != 0 && !host.empty() && host.front() != ':' && host.back() != ':' &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  std::string_view("-._~:[]%").find(c) != std::string_view::npos;
         });
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

}  // namespace

std::shared_ptr<const CrossOrigin> CrossOrigin::of(const std::vector<std::string>& origins) {
  if (origins.empty()) return nullptr;
  auto made = std::make_shared<CrossOrigin>();
  for (const std::string& origin : origins) {
    std::string headers = "Access-Control-Allow-Origin: " + origin + "\r\n";
    if (origin != "*") headers += depends_on_origin;
    headers += exposed;
    made->allowed_.push_back({origin, std::move(headers)});
  }
  return made;
}

const CrossOrigin::Allowed* CrossOrigin::find(std::string_view origin) const {
  if (origin.empty()) return nullptr;
  const auto found = std::find_if(allowed_.begin(), allowed_.end(), [&](const Allowed& one) {
    return one.origin == origin || one.origin == "*";
  });
  return found == allowed_.end() ? nullptr : &*found;
}

std::string_view CrossOrigin::headers_for(std::string_view origin) const {
  const Allowed* found = find(origin);
  return found != nullptr ? std::string_view(found->headers) : depends_on_origin;
}

Result<std::vector<std::string>> canonical_origins(const std::vector<std::string>& origins) {
  if (origins.size() > origins_max)
    return fail(Errc::bad_request, "A tenant has at most " + std::to_string(origins_max) +
                                       " allowed origins. Use \"*\" to allow every page.");
  std::vector<std::string> out;
  for (const std::string& origin : origins) {
    std::string one = lower(origin);
    if (!is_origin(one))
      return fail(Errc::bad_request,
                  "\"" + origin +
                      "\" is no origin. Write scheme, host and port as browsers send them, as in "
                      "\"https://app.example.org\" without a slash at its end, or \"*\".");
    if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
  }
  return out;
}

std::string join_origins(const std::vector<std::string>& origins) {
  std::string text;
  for (const std::string& origin : origins)
    text.append(text.empty() ? "" : " ").append(origin);
  return text;
}

std::vector<std::string> split_origins(std::string_view text) {
  std::vector<std::string> origins;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    origins.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return origins;
}

}  // namespace weir::catalog
