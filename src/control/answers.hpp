#pragma once

#include <optional>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/http.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/page.hpp"
#include "control/routes.hpp"

namespace weir::control {

http::Response answer(int status, const boost::json::value& body);

/// A time in the form of the API's answers, or null.
boost::json::value json_of(const std::optional<Time>& time);
boost::json::value json_of(const std::optional<Day>& day);

/// null where it is empty.
boost::json::value text_or_null(const std::string& text);

/// What the catalog stores as JSON text; {} when the text is empty.
boost::json::value json_of_stored(const std::string& text);

/// What the query says of the page: `limit`, `order`, a token, and `q`.
Result<catalog::PageRequest> page_request(const http::Request& request);

/// A query parameter, if it was sent.
std::optional<std::string> query_text(const http::Request& request, const std::string& name);
Result<std::optional<Day>> query_day(const http::Request& request, const std::string& name);
Result<std::optional<int>> query_number(const http::Request& request, const std::string& name,
                                        int least, int most);

Result<std::optional<Time>> query_time(const http::Request& request, const std::string& name);

/// "true" or "false".
Result<std::optional<bool>> query_flag(const http::Request& request, const std::string& name);
Result<bool> query_flag(const http::Request& request, const std::string& name, bool otherwise);

/// {"items": [...], "next_token": text, or null at the end}
http::Response answer_items(boost::json::array items, const std::string& next_token);
/// The same with "previous_token", null at the beginning.
http::Response answer_items(boost::json::array items, const std::string& next_token,
                            const std::string& previous_token);

template <class T, class JsonOf>
http::Response answer_page(const catalog::Page<T>& page, const JsonOf& json_of_item) {
  boost::json::array items;
  for (const T& item : page.items)
    items.emplace_back(json_of_item(item));
  return answer_items(std::move(items), page.next_token, page.previous_token);
}

}  // namespace weir::control
