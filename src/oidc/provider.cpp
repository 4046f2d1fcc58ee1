#include "oidc/provider.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <string_view>
#include <utility>

#include <boost/json.hpp>
#include <openssl/sha.h>

#include "oidc/id_token.hpp"

// What the provider says of itself is kept for an hour, its keys until a token names one that is
// not among them: so a rotation is noticed with the first token, and made-up key ids cannot make us
// ask more than once a minute.
namespace weir::oidc {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours known_for{1};
constexpr std::chrono::minutes keys_asked_every{1};

std::string encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos)
      out += c;
    else
      out.append("%").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
  }
  return out;
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

bool is_of_this_machine(std::string_view url) {
  for (const std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
    if (url.starts_with(host) &&
        (url.size() == host.size() || url[host.size()] == ':' || url[host.size()] == '/'))
      return true;
  return false;
}

Result<void> check_address(std::string_view what, const std::string& url) {
  const bool is_sound = url.find_first_of(" \r\n\"<>#@\\") == std::string::npos;
  if (is_sound && (url.starts_with("https://") || is_of_this_machine(url))) return {};
  return fail(Errc::bad_request,
              std::string(what) + " must be an https:// address, not \"" + url + "\".");
}

}  // namespace

Result<void> check(const ProviderSettings& settings) {
  WEIR_CHECK(check_address("oidc.issuer", settings.issuer));
  if (settings.client_id.empty())
    return fail(Errc::bad_request,
                "oidc.issuer needs oidc.client_id, by which the provider knows "
                "this server.");
  return check_address("http.public_url, to which the provider sends people back,",
                       settings.redirect_uri);
}

std::string challenge_of(const std::string& verifier) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size(), digest);
  return to_base64url({reinterpret_cast<const char*>(digest), sizeof digest});
}

Provider::Provider(ProviderSettings settings, Fetch fetch, const Clock& clock)
    : settings_(std::move(settings)), fetch_(std::move(fetch)), clock_(clock) {}

Result<json::object> Provider::get_object(const FetchRequest& request) const {
  WEIR_TRY(const FetchReply reply, fetch_(request));
  json::error_code error;
  json::value value = json::parse(reply.body, error);
  if (reply.status == 200 && !error && value.is_object()) return std::move(value.get_object());
  return fail(Errc::unavailable, "The sign-in provider answered " + std::to_string(reply.status) +
                                     " at " + request.url + ", and no JSON object.");
}

Result<Provider::Known> Provider::known() {
  const Time now = clock_.now();
  if (known_ && now - known_->read_at < known_for && now >= known_->read_at) return *known_;
  std::string url = settings_.issuer;
  if (url.ends_with('/')) url.pop_back();
  WEIR_TRY(const json::object said, get_object({.url = url + "/.well-known/openid-configuration"}));
  if (text_of(said, "issuer") != settings_.issuer)
    return fail(Errc::unavailable, "The sign-in provider calls itself \"" +
                                       text_of(said, "issuer") +
                                       "\": set oidc.issuer to that, to the letter.");
  Known next;
  next.authorization_endpoint = text_of(said, "authorization_endpoint");
  next.token_endpoint = text_of(said, "token_endpoint");
  next.jwks_uri = text_of(said, "jwks_uri");
  next.userinfo_endpoint = text_of(said, "userinfo_endpoint");
  for (const auto& [what, address] :
       {std::pair{"authorization_endpoint", &next.authorization_endpoint},
        {"token_endpoint", &next.token_endpoint},
        {"jwks_uri", &next.jwks_uri}})
    if (auto sound = check_address(std::string("The sign-in provider's ") + what, *address); !sound)
      return fail(Errc::unavailable, sound.error().message);
  if (!next.userinfo_endpoint.empty() && !check_address("", next.userinfo_endpoint))
    next.userinfo_endpoint.clear();
  next.read_at = now;
  known_ = std::move(next);
  return *known_;
}

Result<std::string> Provider::authorization_url(const Attempt& attempt) {
  const std::lock_guard lock(mutex_);
  WEIR_TRY(const Known provider, known());
  std::string url = provider.authorization_endpoint;
  url += url.find('?') == std::string::npos ? '?' : '&';
  url += "response_type=code&client_id=" + encoded(settings_.client_id) +
         "&redirect_uri=" + encoded(settings_.redirect_uri) +
         "&scope=" + encoded(settings_.scopes) + "&state=" + encoded(attempt.state) +
         "&nonce=" + encoded(attempt.nonce) + "&code_challenge=" + challenge_of(attempt.verifier) +
         "&code_challenge_method=S256";
  return url;
}

Result<Keys> Provider::keys_for(const std::string& key_id) {
  const std::lock_guard lock(mutex_);
  WEIR_TRY(const Known provider, known());
  const bool has = provider.keys && (key_id.empty() || provider.keys->contains(key_id));
  const Time now = clock_.now();
  if (has || (provider.keys && now - provider.keys_read_at < keys_asked_every))
    return *provider.keys;
  WEIR_TRY(const FetchReply reply, fetch_({.url = provider.jwks_uri}));
  if (reply.status != 200)
    return fail(Errc::unavailable, "The sign-in provider's keys cannot be read: it answered " +
                                       std::to_string(reply.status) + ".");
  WEIR_TRY(known_->keys, read_keys(reply.body));
  known_->keys_read_at = now;
  return *known_->keys;
}

Result<json::object> Provider::redeem(const Attempt& attempt, const std::string& code) {
  Known provider;
  {
    const std::lock_guard lock(mutex_);
    WEIR_TRY(provider, known());
  }
  FetchRequest request{.url = provider.token_endpoint};
  request.form = "grant_type=authorization_code&code=" + encoded(code) +
                 "&redirect_uri=" + encoded(settings_.redirect_uri) +
                 "&code_verifier=" + encoded(attempt.verifier);
  if (settings_.client_secret.empty()) {
    request.form += "&client_id=" + encoded(settings_.client_id);
  } else {  // RFC 6749 2.3.1: each of them encoded first
    request.user = encoded(settings_.client_id);
    request.password = encoded(settings_.client_secret);
  }
  WEIR_TRY(const FetchReply reply, fetch_(request));
  json::error_code error;
  const json::value answer = json::parse(reply.body, error);
  const json::object said = !error && answer.is_object() ? answer.get_object() : json::object();
  const std::string token = text_of(said, "id_token");
  if (reply.status != 200 || token.empty()) {
    std::string why = text_of(said, "error").substr(0, 40);
    std::replace_if(
        why.begin(), why.end(), [](char c) { return c < ' ' || c >= 0x7F; }, '?');
    return fail(Errc::unauthorized, "The sign-in provider did not take the code: it answered " +
                                        std::to_string(reply.status) +
                                        (why.empty() ? "." : " (" + why + ")."));
  }
  WEIR_TRY(const Keys keys, keys_for(key_id_of(token)));
  WEIR_TRY(
      json::object claims,
      verify(token, keys, {settings_.issuer, settings_.client_id, attempt.nonce}, clock_.now()));
  WEIR_CHECK(add_more(claims, text_of(said, "access_token"), provider.userinfo_endpoint));
  return claims;
}

Result<void> Provider::add_more(json::object& claims, const std::string& access_token,
                                const std::string& userinfo_endpoint) const {
  if (access_token.empty() || userinfo_endpoint.empty()) return {};
  WEIR_TRY(const json::object more, get_object({.url = userinfo_endpoint, .bearer = access_token}));
  if (text_of(more, "sub") != text_of(claims, "sub"))  // OpenID Connect Core 5.3.2
    return fail(Errc::unauthorized, "The sign-in provider answered about somebody else.");
  for (const auto& [name, value] : more)
    claims.emplace(name, value);  // what is signed stays
  return {};
}

}  // namespace weir::oidc
