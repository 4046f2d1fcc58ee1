#include <memory>

#include <boost/json.hpp>

#include "cli/commands/output.hpp"
#include "cli/commands/query.hpp"

/// What a query was before, how two of its versions differ, and the way back.
namespace weir::cli {
namespace {

namespace json = boost::json;

std::string path_of(const std::string& id) {
  return "/api/v0/ingest-queries/" + percent_encode(id);
}

struct Options {
  std::string id;
  int from = 0, to = 0, version = 0;
  Paging paging;
};

/// "version 3 of 2027-03-02 08:00:00Z, by Ada"
std::string header_of(const json::value& version) {
  const std::string name = text_of(version, "saved_by_name");
  const std::string who = name.empty() ? text_of(version, "saved_by") : name;
  return "version " + text_of(version, "version") + " of " + text_of(version, "saved_at") +
         (who.empty() ? "" : ", by " + who);
}

/// As the usual unified difference marks lines, with all that is the same.
std::string text_of_diff(const json::value& diff) {
  const auto member = [&diff](const char* name) {
    const json::value* found = diff.is_object() ? diff.as_object().if_contains(name) : nullptr;
    return found != nullptr ? *found : json::value();
  };
  const json::value from = member("from");
  const json::value to = member("to");
  std::string out = "--- " + header_of(from) + "\n+++ " + header_of(to);
  const std::string before = text_of(from, "description");
  const std::string after = text_of(to, "description");
  if (before != after) out += "\n-description: " + before + "\n+description: " + after;
  const json::value lines = member("lines");
  for (const json::value& line : lines.is_array() ? lines.as_array() : json::array()) {
    const std::string change = text_of(line, "change");
    out += change == "same" ? "\n " : change == "removed" ? "\n-" : "\n+";
    out += text_of(line, "text");
  }
  return out;
}

Result<void> diff(const Options& options, Session& session, Api& api) {
  std::string query;
  if (options.from > 0) query = "?from=" + std::to_string(options.from);
  if (options.to > 0) query += (query.empty() ? "?to=" : "&to=") + std::to_string(options.to);
  WEIR_TRY(const json::value answer, api.get(path_of(options.id) + "/diff" + query));
  print_done(session, answer, session.json ? std::string() : text_of_diff(answer));
  return {};
}

Result<void> restore(const Options& options, Session& session, Api& api) {
  const json::value body{{"version", options.version}};
  WEIR_TRY(const json::value query, api.call("PUT", path_of(options.id) + "/version", &body));
  print_done(session, query,
             options.id + " is what it was in version " + std::to_string(options.version) +
                 "; that is its version " + text_of(query, "version"));
  return {};
}

}  // namespace

void add_query_versions(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command versions =
      add_verb(noun, "versions", "What it was each time it was saved, newest first", session,
               [options](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const json::value all,
                          fetch_list(api, path_of(options->id) + "/versions", {}, options->paging));
                 print_list(s, all,
                            {{"VERSION", "version", true},
                             {"SAVED", "saved_at"},
                             {"BY", "saved_by_name"},
                             {"RESTORED", "restored", true},
                             {"DESCRIPTION", "description"}},
                            "no versions");
                 return {};
               });
  versions.option("ID", options->id, "Ingest query id, iq-...").required();
  add_paging(versions, options->paging);

  Command differ = add_verb(noun, "diff", "How two of its versions differ, line by line", session,
                            [options](Session& s, Api& api) { return diff(*options, s, api); });
  differ.option("ID", options->id, "Ingest query id, iq-...").required();
  differ.option("--from", options->from, "A version; else the one before --to");
  differ.option("--to", options->to, "A version; else the newest");

  Command again = add_verb(noun, "restore", "Make it again what it was in a version", session,
                           [options](Session& s, Api& api) { return restore(*options, s, api); });
  again.option("ID", options->id, "Ingest query id, iq-...").required();
  again.option("--version", options->version, "The version").required();
}

}  // namespace weir::cli
