#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {

/// A page token encodes the row number at which a page ended, and which list it belongs to.
std::string encode_page_token(std::string_view list, std::uint64_t after);
/// An empty token is the list's beginning. An invalid one, or another list's, is bad_request.
Result<std::uint64_t> decode_page_token(std::string_view list, std::string_view token);

Result<void> check_limit(const PageRequest& page);

/// Reads one page. `statement` selects a row number and the columns that `columns(statement, row)`
/// reads into `row`. It ends with "<number> > :after ORDER BY <number> LIMIT :limit"; these two
/// values are bound here, all others before.
template <class T, class Columns>
Result<Page<T>> read_page(Statement& statement, std::string_view list, const PageRequest& page,
                          Columns&& columns) {
  WEIR_CHECK(check_limit(page));
  WEIR_TRY(const std::uint64_t after, decode_page_token(list, page.next_token));
  statement.bind(after).bind(page.limit + 1);  // one more row shows whether there is a next page
  std::uint64_t number = after;
  T row{};
  statement.into(number);
  columns(statement, row);
  Page<T> result;
  while (true) {
    const std::uint64_t last = number;
    WEIR_TRY(const bool more, statement.next());
    if (!more) return result;
    if (result.items.size() == page.limit) {
      result.next_token = encode_page_token(list, last);
      return result;
    }
    result.items.push_back(row);
  }
}

}  // namespace weir::catalog
