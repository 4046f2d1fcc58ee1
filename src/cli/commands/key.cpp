#include <istream>
#include <memory>
#include <ostream>
#include <vector>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/admin/api-keys";

void add_create(Command noun, const SessionPtr& session) {
  struct Options {
    std::string name;
    std::vector<std::string> policies{"streaming-ingest-api:write"};
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "create", "Add an API key", session, [options](Session& s, Api& api) -> Result<void> {
        json::object body{{"name", options->name}};
        body["policies"] = json::array(options->policies.begin(), options->policies.end());
        WEIR_TRY(const json::value key, api.post(path, body));
        print_done(s, key, text_of(key, "id"));
        return {};
      });
  verb.option("--name", options->name, "Name, for people").required();
  verb.option("--policy", options->policies, "What it may do; may be given several times")
      .shows_default();
}

void add_list(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command verb = add_verb(noun, "list", "All API keys", session,
                          [paging](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::value list, fetch_list(api, path, {}, *paging));
                            print_list(s, list,
                                       {{"ID", "id"},
                                        {"NAME", "name"},
                                        {"STATUS", "status"},
                                        {"POLICIES", "policies"},
                                        {"CREATED", "created_at"},
                                        {"LAST USED", "last_used_at"}},
                                       "no API keys");
                            return {};
                          });
  add_paging(verb, *paging);
}

struct Change {
  std::string name;
  std::vector<std::string> policies;
};

void add_of_one(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto all = std::make_shared<bool>(false);
  const auto sure = std::make_shared<bool>(false);
  const auto one = [id] { return path + "/" + percent_encode(*id); };
  const auto with_id = [id](Command verb) {
    verb.option("ID", *id, "API key id, tak-...").required();
    return verb;
  };
  with_id(
      add_verb(noun, "show", "One API key", session, [one](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value key, api.get(one()));
        print_item(s, key);
        return {};
      }));
  const auto change = std::make_shared<Change>();
  Command update = with_id(add_verb(
      noun, "update", "Change its name or its policies; its tokens are judged by them at once",
      session, [change, one](Session& s, Api& api) -> Result<void> {
        json::object body;
        if (!change->name.empty()) body["name"] = change->name;
        if (!change->policies.empty())
          body["policies"] = json::array(change->policies.begin(), change->policies.end());
        const json::value sent(body);
        WEIR_TRY(const json::value key, api.call("PATCH", one(), &sent));
        print_item(s, key);
        return {};
      }));
  update.option("--name", change->name, "Another name");
  update.option("--policy", change->policies, "All that it may do from now on");
  with_id(add_verb(noun, "rotate", "Give it a new secret; the one before is accepted 30 days more",
                   session, [id, one](Session& s, Api& api) -> Result<void> {
                     WEIR_TRY(const json::value key, api.post(one() + "/rotate", json::object{}));
                     print_done(s, key,
                                *id +
                                    " has a new secret; tokens of the one before are "
                                    "accepted for 30 days more");
                     return {};
                   }));
  Command revoke = with_id(add_verb(
      noun, "revoke", "Stop accepting tokens from before the last rotation, now", session,
      [id, all, sure, one](Session& s, Api& api) -> Result<void> {
        WEIR_CHECK(confirm(s, *sure, "Tokens of " + *id + " will be refused."));
        WEIR_TRY(const json::value key, api.post(one() + "/revoke", json::object{{"all", *all}}));
        print_done(s, key,
                   *all ? "no token of " + *id + " issued so far is accepted"
                        : "no token of " + *id + " from before its last rotation is accepted");
        return {};
      }));
  revoke.flag("--all", *all, "Every token issued so far");
  revoke.flag("--yes", *sure, "Do not ask");
  with_id(add_verb(noun, "oauth", "Make OAuth client credentials of it; those before are void",
                   session, [one](Session& s, Api& api) -> Result<void> {
                     WEIR_TRY(const json::value made,
                              api.post(one() + "/oauth-credentials", json::object{}));
                     print_item(s, made);
                     return {};
                   }));
  with_id(add_verb(noun, "delete", "Remove it; its tokens stop being accepted", session,
                   [id, sure, one](Session& s, Api& api) -> Result<void> {
                     WEIR_CHECK(confirm(s, *sure, *id + " will be deleted."));
                     WEIR_TRY(const json::value key, api.call("DELETE", one()));
                     print_done(s, key, *id + " is deleted");
                     return {};
                   }))
      .flag("--yes", *sure, "Do not ask");
}

}  // namespace

void add_key_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "key", "API keys: who may do what");
  add_create(noun, session);
  add_list(noun, session);
  add_of_one(noun, session);
}

}  // namespace weir::cli
