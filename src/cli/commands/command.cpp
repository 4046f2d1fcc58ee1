#include "cli/commands/command.hpp"

#include <fstream>
#include <iterator>

#include <boost/json.hpp>

#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

void report(Session& session, const Error& error, const std::string& body) {
  session.terminal.exit_code = outcome_of(error.code).exit_code;
  if (!session.json) {
    session.terminal.err << "weir: " << visible(error.message) << "\n";
    return;
  }
  boost::system::error_code unreadable;
  const json::value refusal = json::parse(body, unreadable);
  if (!body.empty() && !unreadable) {
    session.terminal.err << json::serialize(refusal) << "\n";
  } else {
    // Ours, not the server's: the same shape, without the request it never became.
    session.terminal.err << json::serialize(
                                json::value{{"status", outcome_of(error.code).http_status},
                                            {"message", error.message}})
                         << "\n";
  }
}

}  // namespace

Result<Access> Session::access() const {
  WEIR_TRY(Url where, parse_url(url));
  where.ca_file = ca_file;
  return Access{std::move(where), token, tenant.empty() ? tenant_of(token) : tenant};
}

Command add_noun(Command app, const std::string& name, const std::string& description) {
  Command noun = app.command(name, description);
  noun.needs_command();
  noun.takes_options_of_parent();
  noun.footer("--url, --token and --tenant say where the server is: see weir --help");
  return noun;
}

Command add_verb(Command noun, const std::string& name, const std::string& description,
                 const SessionPtr& session, Act act) {
  Command verb = noun.command(name, description);
  verb.takes_options_of_parent();
  verb.flag("--json", session->json, "Print the API's JSON, one document");
  verb.runs([session, act = std::move(act)] {
    const auto access = session->access();
    if (!access) return report(*session, access.error(), "");
    Api api(*access);
    if (const auto done = act(*session, api); !done)
      report(*session, done.error(), api.refusal_body());
  });
  return verb;
}

void add_paging(Command verb, Paging& paging) {
  verb.option("--limit", paging.limit, "One page of at most this many; otherwise everything")
      .range(1, 1000);
  const auto next = verb.option("--next-token", paging.next_token, "Where the page before ended");
  verb.option("--previous-token", paging.previous_token, "Where the page behind began")
      .excludes(next);
  verb.option("--order", paging.order, "Which comes first").one_of({"newest", "oldest"});
  verb.option("--text", paging.text, "Only those with this text in the name, the ID or the like");
}

Result<json::value> fetch_list(Api& api, const std::string& path,
                               std::map<std::string, std::string> query, const Paging& paging) {
  if (!paging.order.empty()) query["order"] = paging.order;
  if (!paging.text.empty()) query["q"] = paging.text;
  const bool is_whole =
      paging.limit == 0 && paging.next_token.empty() && paging.previous_token.empty();
  if (is_whole) return api.list_all(path, std::move(query));
  if (paging.limit != 0) query["limit"] = std::to_string(paging.limit);
  query["next_token"] = paging.next_token;
  query["previous_token"] = paging.previous_token;
  return api.get(with_query(path, query));
}

Result<void> confirm(Session& session, bool is_sure, const std::string& what) {
  if (is_sure || !session.terminal.is_interactive) return {};
  session.terminal.err << visible(what) << " This cannot be undone. Go on? [y/N] " << std::flush;
  std::string answer;
  std::getline(session.terminal.in, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return {};
  return fail(Errc::bad_request, "nothing was changed; answer y, or give --yes");
}

Result<std::string> read_text(Terminal& terminal, const std::string& path) {
  if (path == "-")
    return std::string(std::istreambuf_iterator<char>(terminal.in),
                       std::istreambuf_iterator<char>());
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad())
    return fail(Errc::bad_request, "cannot read the file \"" + path + "\"; give one that is there");
  return text;
}

Result<json::value> read_json(Terminal& terminal, const std::string& path) {
  WEIR_TRY(const std::string text, read_text(terminal, path));
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error) return fail(Errc::bad_request, "\"" + path + "\" is no JSON: " + error.message());
  return value;
}

Result<json::object> read_object(Terminal& terminal, const std::string& path) {
  WEIR_TRY(json::value value, read_json(terminal, path));
  if (!value.is_object())
    return fail(Errc::bad_request, "\"" + path + "\" must hold one JSON object");
  return std::move(value.as_object());
}

}  // namespace weir::cli
