#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {

/// What a list's pages go by.
struct ListOf {
  std::string_view name;  // its tokens are good for no other list
  std::string number = "no";
  std::vector<std::string> searched{};  // the columns that PageRequest::text is looked for in
  Order order = Order::oldest;          // where none is asked for
};

/// Where a page begins, and which way it is read from there.
struct PagePlace {
  std::uint64_t at = 0;   // the first or last number is behind it
  bool is_first = false;  // of the list
  bool backward = false;  // from a page to the one before it
  bool descends = false;  // read from the larger number to the smaller
};

/// bad_request: a token that this list did not give, both tokens, or a limit out of bounds.
Result<PagePlace> place_of(const ListOf& list, const PageRequest& page);
std::string next_token(const ListOf& list, const PageRequest& page, std::uint64_t after);
std::string previous_token(const ListOf& list, const PageRequest& page, std::uint64_t before);

/// " AND <text is found>", or nothing where none is looked for; and the binding of its values.
std::string search_sql(const ListOf& list, const std::string& text);
void bind_search(Statement& statement, const ListOf& list, const std::string& text);

/// The end of a list's statement: " AND <text is found> AND <number> > :at ORDER BY ... LIMIT ...".
std::string page_sql(const ListOf& list, const PageRequest& page);
/// Binds the values of page_sql.
void bind_page(Statement& statement, const ListOf& list, const PageRequest& page, PagePlace place);

/// Reads one page. `statement` selects a row number and the columns that `columns(statement, row)`
/// reads into `row`. It ends with page_sql, whose values are bound here; all others before.
template <class T, class Columns>
Result<Page<T>> read_page(Statement& statement, const ListOf& list, const PageRequest& page,
                          Columns&& columns) {
  WEIR_TRY(const PagePlace place, place_of(list, page));
  bind_page(statement, list, page, place);
  std::uint64_t number = 0;
  T row{};
  statement.into(number);
  columns(statement, row);
  Page<T> result;
  std::vector<std::uint64_t> numbers;
  bool more = true;  // one more row than asked for shows whether there is another page
  while (true) {
    WEIR_TRY(more, statement.next());
    if (!more || result.items.size() == page.limit) break;
    result.items.push_back(row);
    numbers.push_back(number);
  }
  if (numbers.empty()) return result;
  if (place.backward) {
    std::reverse(result.items.begin(), result.items.end());
    std::reverse(numbers.begin(), numbers.end());
  }
  if (place.backward || more) result.next_token = next_token(list, page, numbers.back());
  const bool any_before = place.backward ? more : !place.is_first;
  if (any_before) result.previous_token = previous_token(list, page, numbers.front());
  return result;
}

}  // namespace weir::catalog
