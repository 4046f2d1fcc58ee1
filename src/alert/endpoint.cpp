#include "alert/endpoint.hpp"

#include <algorithm>
#include <memory>

#include <curl/curl.h>

#include "catalog/alert_limits.hpp"

// libcurl reads the URL, so that what is checked here is what it connects to later. A URL with a
// password is refused: lists show URLs to everybody who may operate.
namespace weir::alert {
namespace {

constexpr std::size_t mail_address_bytes_max = 254;
constexpr std::size_t local_part_bytes_max = 64;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  const std::unique_ptr<char, FreeText> owned(text);
  return owned.get();
}

Failure bad_target(const std::string& what) {
  return fail(Errc::bad_request, "\"target\" " + what);
}

Result<void> check_url(const std::string& text) {
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7F; };
  if (!std::all_of(text.begin(), text.end(), is_plain))
    return bad_target("is a URL of visible ASCII characters: percent-encode all others.");
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (!url ||
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return bad_target("is no URL. Write it like https://hooks.example.org/weir.");
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https")
    return bad_target("must be a URL of http or https, not of " + scheme + ".");
  if (part_of(url.get(), CURLUPART_HOST).empty()) return bad_target("names no host.");
  if (!part_of(url.get(), CURLUPART_USER).empty() ||
      !part_of(url.get(), CURLUPART_PASSWORD).empty())
    return bad_target(
        "must hold no user and no password: the receiver knows us by the signature of each "
        "webhook.");
  return {};
}

bool is_atom(const std::string& text) {
  constexpr std::string_view marks = "!#$%&'*+-/=?^_`{|}~.";
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string::npos && std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  marks.find(c) != std::string_view::npos;
         });
}

}  // namespace

bool is_mail_address(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos || text.size() > mail_address_bytes_max) return false;
  const std::string domain = text.substr(at + 1);
  const auto is_of_domain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  };
  return at <= local_part_bytes_max && is_atom(text.substr(0, at)) && is_atom(domain) &&
         std::all_of(domain.begin(), domain.end(), is_of_domain);
}

Result<void> check(const catalog::AlertEndpoint& endpoint) {
  if (endpoint.target.size() > limits::alert_target_bytes_max)
    return bad_target("is longer than " + std::to_string(limits::alert_target_bytes_max) +
                      " bytes.");
  if (endpoint.channel == catalog::AlertChannel::webhook) return check_url(endpoint.target);
  if (is_mail_address(endpoint.target)) return {};
  return bad_target("is no e-mail address. Write one plain address, like operators@example.org.");
}

}  // namespace weir::alert
