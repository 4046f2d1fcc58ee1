#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/json/value.hpp>

#include "base/result.hpp"
#include "cli/client/api.hpp"
#include "cli/command_line/command_line.hpp"
#include "cli/terminal.hpp"

/// What all commands share: the session they run in, and how a verb is bound to its action.
namespace weir::cli {

/// The options every command shares, filled by parsing, and where it prints.
struct Session {
  explicit Session(Terminal& t) : terminal(t) {}
  Terminal& terminal;
  std::string url = "http://127.0.0.1:8080";
  std::string token;
  std::string tenant;
  std::string ca_file;
  bool json = false;

  Result<Access> access() const;
};
using SessionPtr = std::shared_ptr<Session>;

/// A running verb: the session for its options and streams, and the API to call.
using Act = std::function<Result<void>(Session&, Api&)>;

/// A noun that needs one of its verbs, with the shared options allowed anywhere behind it.
Command add_noun(Command app, const std::string& name, const std::string& description);

/// A verb with its --json. When parsing names it, `act` runs; an error goes to the terminal's err
/// as "weir: <message>" (with --json: as the API's error body) and becomes the exit code.
Command add_verb(Command noun, const std::string& name, const std::string& description,
                 const SessionPtr& session, Act act);

/// The options of a list: one page by limit and a token of its neighbour, or everything.
struct Paging {
  std::uint32_t limit = 0;  // 0: every page
  std::string next_token;
  std::string previous_token;
  std::string order;  // newest or oldest first; empty: the list's own
  std::string text;   // that is looked for in names and ids
};
void add_paging(Command verb, Paging& paging);
Result<boost::json::value> fetch_list(Api& api, const std::string& path,
                                      std::map<std::string, std::string> query,
                                      const Paging& paging);

/// Asks for confirmation of an irreversible action, if a terminal is there to answer.
Result<void> confirm(Session& session, bool is_sure, const std::string& what);

/// The text of a file; "-" is the terminal's standard input.
Result<std::string> read_text(Terminal& terminal, const std::string& path);
/// The same as JSON.
Result<boost::json::value> read_json(Terminal& terminal, const std::string& path);
/// The same as one JSON object.
Result<boost::json::object> read_object(Terminal& terminal, const std::string& path);

}  // namespace weir::cli
