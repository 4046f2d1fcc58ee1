#include "control/answers.hpp"

#include <charconv>

#include <boost/json.hpp>

namespace weir::control {

http::Response answer(int status, const boost::json::value& body) {
  http::Response response;
  response.status = status;
  response.body = boost::json::serialize(body);
  return response;
}

boost::json::value text_or_null(const std::string& text) {
  return text.empty() ? boost::json::value() : boost::json::value(text);
}

http::Response answer_items(boost::json::array items, const std::string& next_token) {
  boost::json::object body;
  body["items"] = std::move(items);
  body["next_token"] = text_or_null(next_token);
  return answer(200, body);
}

http::Response answer_items(boost::json::array items, const std::string& next_token,
                            const std::string& previous_token) {
  boost::json::object body;
  body["items"] = std::move(items);
  body["next_token"] = text_or_null(next_token);
  body["previous_token"] = text_or_null(previous_token);
  return answer(200, body);
}

boost::json::value json_of(const std::optional<Time>& time) {
  return time ? boost::json::value(to_string(*time)) : boost::json::value();
}

boost::json::value json_of(const std::optional<Day>& day) {
  return day ? boost::json::value(to_string(*day)) : boost::json::value();
}

boost::json::value json_of_stored(const std::string& text) {
  boost::json::parse_options options;
  options.max_depth = limits::json_depth_max;
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(text, error, {}, options);
  return error ? boost::json::object() : value;
}

std::optional<std::string> query_text(const http::Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return std::nullopt;
  return found->second;
}

Result<std::optional<Day>> query_day(const http::Request& request, const std::string& name) {
  const auto text = query_text(request, name);
  if (!text) return std::nullopt;
  const auto day = parse_day(*text);
  if (!day)
    return fail(Errc::bad_request,
                "The query parameter \"" + name + "\" must be a day like \"2027-03-02\".");
  return day;
}

Result<std::optional<Time>> query_time(const http::Request& request, const std::string& name) {
  const auto text = query_text(request, name);
  if (!text) return std::nullopt;
  const auto time = parse_time(*text);
  if (!time)
    return fail(Errc::bad_request, "The query parameter \"" + name +
                                       "\" must be a time like \"2027-02-01T08:00:00Z\".");
  return time;
}

Result<std::optional<int>> query_number(const http::Request& request, const std::string& name,
                                        int least, int most) {
  const auto text = query_text(request, name);
  if (!text) return std::nullopt;
  int number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < least || number > most)
    return fail(Errc::bad_request, "The query parameter \"" + name +
                                       "\" must be a whole number from " + std::to_string(least) +
                                       " to " + std::to_string(most) + ".");
  return number;
}

Result<bool> query_flag(const http::Request& request, const std::string& name, bool otherwise) {
  WEIR_TRY(const auto flag, query_flag(request, name));
  return flag.value_or(otherwise);
}

Result<std::optional<bool>> query_flag(const http::Request& request, const std::string& name) {
  const auto text = query_text(request, name);
  if (!text) return std::nullopt;
  if (*text == "true" || *text == "false") return *text == "true";
  return fail(Errc::bad_request, "The query parameter \"" + name + "\" must be true or false.");
}

Result<catalog::PageRequest> page_request(const http::Request& request) {
  catalog::PageRequest page;
  WEIR_TRY(const auto limit, query_number(request, "limit", 1, limits::page_items_max));
  if (limit) page.limit = static_cast<std::uint32_t>(*limit);
  page.next_token = query_text(request, "next_token").value_or("");
  page.previous_token = query_text(request, "previous_token").value_or("");
  page.text = query_text(request, "q").value_or("");
  const auto order = query_text(request, "order");
  if (order == "oldest") page.order = catalog::Order::oldest;
  if (order == "newest") page.order = catalog::Order::newest;
  if (order && !page.order)
    return fail(Errc::bad_request, "The query parameter \"order\" must be oldest or newest.");
  return page;
}

}  // namespace weir::control
