#include "catalog/paging.hpp"

#include <charconv>
#include <cstdio>
#include <limits>

#include "base/crc32c.hpp"

// A page token is the number of the row at a page's edge, and a checksum with the list's name, its
// order and the token's direction. It is not secret, the tenant is checked with every page; the
// checksum is there so that a token of another list or order, or a mistyped one, is refused instead
// of answering the wrong page.
namespace weir::catalog {
namespace {

bool is_newest_first(const ListOf& list, const PageRequest& page) {
  return page.order.value_or(list.order) == Order::newest;
}

std::string token_of(const ListOf& list, const PageRequest& page, std::string_view direction,
                     std::uint64_t at) {
  std::string kind(list.name);
  if (is_newest_first(list, page)) kind += " newest";
  kind += direction;
  char number[17];
  std::snprintf(number, sizeof number, "%016llx", static_cast<unsigned long long>(at));
  char check[9];
  std::snprintf(check, sizeof check, "%08x", crc32c(number, crc32c(kind)));
  return std::string(number) + check;
}

/// What LIKE finds the text by, in what was made lower case as well: of ASCII letters only, which
/// is what lower() does to texts that compare by bytes.
std::string pattern_of(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return pattern + "%";
}

Failure not_given(const char* which) {
  return fail(Errc::bad_request,
              std::string("\"") + which +
                  "\" is not one that this list gave. Send it as it was given, with the same "
                  "order, or start again without it.");
}

}  // namespace

std::string next_token(const ListOf& list, const PageRequest& page, std::uint64_t after) {
  return token_of(list, page, "", after);
}

std::string previous_token(const ListOf& list, const PageRequest& page, std::uint64_t before) {
  return token_of(list, page, " back", before);
}

Result<PagePlace> place_of(const ListOf& list, const PageRequest& page) {
  if (page.limit < 1 || page.limit > limits::page_items_max)
    return fail(Errc::bad_request,
                "\"limit\" must be from 1 to " + std::to_string(limits::page_items_max) + ".");
  const bool next = !page.next_token.empty();
  const bool previous = !page.previous_token.empty();
  if (next && previous)
    return fail(Errc::bad_request,
                "\"next_token\" and \"previous_token\" are of two pages. Send one of them.");
  PagePlace place;
  place.is_first = !next && !previous;
  place.backward = previous;
  place.descends = is_newest_first(list, page) != previous;
  if (place.is_first) {
    place.at = place.descends ? std::numeric_limits<std::int64_t>::max() : 0;
    return place;
  }
  const std::string& token = next ? page.next_token : page.previous_token;
  std::from_chars(token.data(), token.data() + std::min<std::size_t>(token.size(), 16), place.at,
                  16);
  // Whatever was read: only what encodes to the same text again was one of ours.
  const std::string given =
      next ? next_token(list, page, place.at) : previous_token(list, page, place.at);
  if (given != token) return not_given(next ? "next_token" : "previous_token");
  return place;
}

std::string search_sql(const ListOf& list, const std::string& text) {
  if (text.empty() || list.searched.empty()) return "";
  std::string sql;
  for (std::size_t i = 0; i < list.searched.size(); ++i)
    sql += (i == 0 ? " AND (" : " OR ") + ("lower(" + list.searched[i]) + ") LIKE :text" +
           std::to_string(i) + " ESCAPE '!'";
  return sql + ")";
}

void bind_search(Statement& statement, const ListOf& list, const std::string& text) {
  if (text.empty()) return;
  const std::string pattern = pattern_of(text);
  for (std::size_t i = 0; i < list.searched.size(); ++i)
    statement.bind(pattern);
}

std::string page_sql(const ListOf& list, const PageRequest& page) {
  const bool descends = is_newest_first(list, page) == page.previous_token.empty();
  return search_sql(list, page.text) + " AND " + list.number + (descends ? " < " : " > ") +
         ":at ORDER BY " + list.number + (descends ? " DESC" : "") + " LIMIT :limit";
}

void bind_page(Statement& statement, const ListOf& list, const PageRequest& page, PagePlace place) {
  bind_search(statement, list, page.text);
  statement.bind(place.at).bind(page.limit + 1);
}

}  // namespace weir::catalog
