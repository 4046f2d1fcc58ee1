#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "cli/commands/command.hpp"

/// How answers are shown: the API's JSON with --json, otherwise tables and "name value" lines.
namespace weir::cli {

struct ListColumn {
  std::string header;
  std::string member;  // of each item
  bool right = false;
};

/// The list's items under `columns`, or "none" words; with --json the document as it came.
void print_list(Session& session, const boost::json::value& list,
                const std::vector<ListColumn>& columns, const std::string& when_empty);

/// One thing, member by member.
void print_item(Session& session, const boost::json::value& item);

/// A sentence for people; with --json the document (or nothing where there is none).
void print_done(Session& session, const boost::json::value& answer, const std::string& sentence);

/// A query's answer, {"columns","rows"}, as a table and its number of rows; numbers as exact as
/// they came. With --json the very text.
Result<void> print_rows(Session& session, const std::string& answer_body);

/// A value as a table cell: text as it is, null as nothing, moments to the second, the rest as
/// JSON.
std::string cell_text(const boost::json::value& value);

/// item.member as text; "" where there is none.
std::string text_of(const boost::json::value& item, const std::string& member);

}  // namespace weir::cli
