#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "cli/commands/command.hpp"

/// How answers are printed: with --json the API's JSON, otherwise tables and "name value" lines.
namespace weir::cli {

struct ListColumn {
  std::string header;
  std::string member;  // of each item
  bool right = false;
};

/// Prints the list's items under `columns`, or "none"; with --json the document unchanged.
void print_list(Session& session, const boost::json::value& list,
                const std::vector<ListColumn>& columns, const std::string& when_empty);

/// One thing, member by member.
void print_item(Session& session, const boost::json::value& item);

/// A sentence for people; with --json the document (or nothing where there is none).
void print_done(Session& session, const boost::json::value& answer, const std::string& sentence);

/// Prints a query's answer, {"columns","rows"}, as a table with its number of rows; numbers keep
/// all their digits. With --json the text is unchanged.
Result<void> print_rows(Session& session, const std::string& answer_body);

/// A value as a table cell: text unchanged, null as empty, times to the second, anything else as
/// JSON.
std::string cell_text(const boost::json::value& value);

/// item.member as text; "" where there is none.
std::string text_of(const boost::json::value& item, const std::string& member);

}  // namespace weir::cli
