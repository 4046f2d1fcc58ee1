#include "cli/client/api.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/base64.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

std::string text_member(const json::value& body, std::string_view name) {
  if (!body.is_object()) return {};
  const json::value* member =
      body.as_object().if_contains(json::string_view(name.data(), name.size()));
  return member != nullptr && member->is_string() ? json::value_to<std::string>(*member) : "";
}

std::string refusal_message(const HttpReply& reply, std::string_view method,
                            const std::string& target) {
  boost::system::error_code error;
  const json::value body = json::parse(reply.body, error);
  std::string message = error ? "" : text_member(body, "message");
  if (message.empty())
    message = std::string(method) + " " + target + " was answered " + std::to_string(reply.status) +
              " without an explanation; is this the address of a Weir server?";
  const std::string request_id = error ? "" : text_member(body, "request_id");
  if (reply.status >= 500 && !request_id.empty()) message += " (request " + request_id + ")";
  return message;
}

}  // namespace

std::string tenant_of(std::string_view token) {
  const std::size_t begin = token.find('.') + 1;
  const std::size_t end = token.find('.', begin);
  if (begin == 0 || end == std::string_view::npos) return {};
  std::string claims(token.substr(begin, end - begin));  // RFC 7515: base64url without padding
  std::replace(claims.begin(), claims.end(), '-', '+');
  std::replace(claims.begin(), claims.end(), '_', '/');
  claims.append((4 - claims.size() % 4) % 4, '=');
  boost::system::error_code error;
  const json::value parsed = json::parse(from_base64(claims).value_or(""), error);
  return error ? std::string() : text_member(parsed, "tnt");
}

Errc errc_of_status(int http_status) {
  switch (http_status) {
    case 401:
      return Errc::unauthorized;
    case 403:
      return Errc::forbidden;
    case 404:
      return Errc::not_found;
    case 405:
      return Errc::method_not_allowed;
    case 408:
      return Errc::request_timeout;
    case 409:
      return Errc::conflict;
    case 411:
      return Errc::length_required;
    case 413:
      return Errc::too_large;
    case 415:
      return Errc::unsupported_media;
    case 429:
      return Errc::overloaded;
    case 431:
      return Errc::headers_too_large;
    case 502:
    case 503:
    case 504:
      return Errc::unavailable;
    default:
      return http_status >= 500 ? Errc::internal : Errc::bad_request;
  }
}

Result<json::value> parse_exact(std::string_view text) {
  constexpr std::size_t digits_safe = 15;
  constexpr std::string_view number = "+-.0123456789Ee";
  std::string quoted;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool starts_number = !in_string && (c == '-' || (c >= '0' && c <= '9'));
    if (!starts_number) {
      if (c == '"') in_string = !in_string;
      const std::size_t taken = in_string && c == '\\' ? 2 : 1;  // an escaped quote ends nothing
      quoted.append(text.substr(at, taken));
      at += taken;
      continue;
    }
    const std::string_view token =
        text.substr(at, std::min(text.find_first_not_of(number, at), text.size()) - at);
    const bool exact =
        token.size() <= digits_safe && token.find_first_of(".Ee") == std::string_view::npos;
    quoted += exact ? std::string(token) : '"' + std::string(token) + '"';
    at += token.size();
  }
  boost::system::error_code error;
  json::value value = json::parse(quoted, error);
  if (error) return fail(Errc::corrupt, "the answer is no JSON: " + error.message());
  return value;
}

std::string with_query(const std::string& path, const std::map<std::string, std::string>& query) {
  std::string target = path;
  char separator = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    target += separator + percent_encode(name) + "=" + percent_encode(value);
    separator = '&';
  }
  return target;
}

Result<std::string> Api::get_text(const std::string& target) {
  return exchange("GET", target, nullptr);
}

HttpRequest Api::request_of(std::string_view method, const std::string& target) const {
  HttpRequest request;
  request.method = method;
  request.target = target;
  request.headers["Accept"] = "application/json";
  if (!access_.token.empty()) request.headers["Authorization"] = "Bearer " + access_.token;
  if (!access_.tenant.empty()) request.headers["X-Amperity-Tenant"] = access_.tenant;
  return request;
}

Failure Api::refused(const HttpReply& reply, std::string_view method, const std::string& target) {
  refusal_body_ = reply.body;
  std::string message = refusal_message(reply, method, target);
  if (reply.status == 401 && access_.token.empty())
    message += " (no token was given: use --token or WEIR_TOKEN)";
  return fail(errc_of_status(reply.status), std::move(message));
}

Result<void> Api::follow(const std::string& target, const HttpClient::TakeBody& take) {
  refusal_body_.clear();
  WEIR_TRY(const HttpReply reply, client_.follow(request_of("GET", target), take));
  if (reply.status != 200) return refused(reply, "GET", target);
  return {};
}

Result<std::string> Api::exchange(std::string_view method, const std::string& target,
                                  const json::value* body) {
  HttpRequest request = request_of(method, target);
  if (body != nullptr) {
    request.headers["Content-Type"] = "application/json";
    request.body = json::serialize(*body);
  }
  refusal_body_.clear();
  answer_body_.clear();
  WEIR_TRY(const HttpReply reply, client_.exchange(request));
  if (reply.status < 200 || reply.status >= 300) return refused(reply, method, target);
  answer_body_ = reply.body;
  return answer_body_;
}

Result<json::value> Api::call(std::string_view method, const std::string& target,
                              const json::value* body) {
  WEIR_TRY(const std::string text, exchange(method, target, body));
  if (text.empty()) return json::value(nullptr);
  boost::system::error_code error;
  json::value answer = json::parse(text, error);
  if (error)
    return fail(Errc::corrupt, std::string(method) + " " + target +
                                   " was answered with something that is no JSON (" +
                                   error.message() + "); is this the address of a Weir server?");
  return answer;
}

Result<json::value> Api::list_all(const std::string& path,
                                  std::map<std::string, std::string> query) {
  json::array items;
  query["limit"] = "1000";
  while (true) {
    WEIR_TRY(json::value page, get(with_query(path, query)));
    json::value* const more = page.is_object() ? page.as_object().if_contains("items") : nullptr;
    if (more == nullptr || !more->is_array())
      return fail(Errc::corrupt, "GET " + path + " was answered without a list of items");
    for (json::value& item : more->as_array())
      items.push_back(std::move(item));
    std::string next = text_member(page, "next_token");
    if (next.empty()) break;
    if (next == query["next_token"])
      return fail(Errc::corrupt, "GET " + path + " gives the same page again and again");
    query["next_token"] = std::move(next);
  }
  return json::value(json::object{{"items", std::move(items)}});
}

}  // namespace weir::cli
