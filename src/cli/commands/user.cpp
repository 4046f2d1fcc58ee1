#include <istream>
#include <memory>
#include <ostream>
#include <vector>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/users";

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

/// Passwords are read, and not given as options, which other users of the machine can see.
Result<std::string> read_password(Terminal& terminal) {
  if (terminal.is_interactive) terminal.err << "Password (12 characters or more): " << std::flush;
  std::string password;
  std::getline(terminal.in, password);
  if (password.empty())
    return fail(Errc::bad_request, "a password is missing; give it as a line of standard input");
  return password;
}

void print_link(Session& s, const json::value& link) {
  const json::value& user = link.at("user");
  if (const std::string to = text_of(link, "mailed_to"); !to.empty())
    return print_done(
        s, link,
        "A link was mailed to " + to + "; it is good once, until " + text_of(link, "expires_at"));
  if (const std::string why = text_of(link, "mail_error"); !why.empty())
    s.terminal.err << "weir: the link could not be mailed: " << visible(why) << "\n";
  print_done(s, link,
             text_of(user, "name") + " (" + text_of(user, "id") +
                 ") chooses a password, once, until " + text_of(link, "expires_at") + ", at\n  " +
                 text_of(link, "link") + "\nor with\n  weir user password --code " +
                 text_of(link, "code"));
}

void add_add(Command noun, const SessionPtr& session) {
  struct Options {
    std::string name, email;
    std::vector<std::string> policies;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "add", "Invite a user; prints a link, this once", session,
      [options](Session& s, Api& api) -> Result<void> {
        json::object body{{"name", options->name}, {"policies", array_of(options->policies)}};
        if (!options->email.empty()) body["email"] = options->email;
        WEIR_TRY(const json::value link, api.post(path, body));
        print_link(s, link);
        return {};
      });
  verb.option("--name", options->name, "Name, to sign in with").required();
  verb.option("--email", options->email,
              "Address for the link, where the server sends mail; for the audit log");
  verb.option("--policy", options->policies,
              "What the user may do: datagrid-operator, datagrid-administrator and more "
              "(docs/authorization.md); may be given several times");
}

void add_list(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command verb =
      add_verb(noun, "list", "All users", session, [paging](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value list, fetch_list(api, path, {}, *paging));
        print_list(s, list,
                   {{"ID", "id"},
                    {"NAME", "name"},
                    {"STATE", "state"},
                    {"POLICIES", "policies"},
                    {"LAST SIGNED IN", "last_signed_in_at"}},
                   "no users yet");
        return {};
      });
  add_paging(verb, *paging);
}

void add_members(Command noun, const SessionPtr& session) {
  struct Options {
    std::string name, id;
    std::vector<std::string> policies;
  };
  const auto options = std::make_shared<Options>();
  Command add = add_verb(
      noun, "add-member", "Let a user of another tenant work in this one too", session,
      [options](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(
            const json::value user,
            api.post("/api/v0/members", json::object{{"name", options->name},
                                                     {"policies", array_of(options->policies)}}));
        print_done(s, user, options->name + " (" + text_of(user, "id") + ") belongs here too");
        return {};
      });
  add.option("--name", options->name, "Whom, by name").required();
  add.option("--policy", options->policies, "As in `weir user add`; may be given several times");
  add_verb(noun, "remove-member", "The end of that, at once", session,
           [options](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value none,
                      api.call("DELETE", "/api/v0/members/" + percent_encode(options->id)));
             print_done(s, none, options->id + " does not belong here any more");
             return {};
           })
      .option("ID", options->id, "User id, us-...")
      .required();
}

void add_of_one(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto one = [id] { return path + "/" + percent_encode(*id); };
  const auto with_id = [id](Command verb) {
    verb.option("ID", *id, "User id, us-...").required();
    return verb;
  };
  with_id(add_verb(noun, "show", "One user", session, [one](Session& s, Api& api) -> Result<void> {
    WEIR_TRY(const json::value user, api.get(one()));
    print_item(s, user);
    return {};
  }));
  const auto add_link = [&](const std::string& verb, const std::string& what) {
    with_id(add_verb(noun, verb, what, session, [one, verb](Session& s, Api& api) -> Result<void> {
      WEIR_TRY(const json::value link, api.post(one() + "/" + verb, json::object{}));
      print_link(s, link);
      return {};
    }));
  };
  add_link("invite", "Another link for an invited user; the one before is void");
  add_link("reset", "A link with which the user chooses another password");
  const auto add_change = [&](const std::string& verb, const std::string& what,
                              const std::string& done) {
    with_id(add_verb(
        noun, verb, what, session, [id, one, verb, done](Session& s, Api& api) -> Result<void> {
          WEIR_TRY(const json::value user, api.post(one() + "/" + verb, json::object{}));
          print_done(s, user, *id + done);
          return {};
        }));
  };
  add_change("disable", "Refuse the user everything, now", " is out");
  add_change("enable", "Let the user in again", " may sign in again");
  add_change("sign-out", "End all of the user's sessions", " must sign in again");

  struct Change {
    std::vector<std::string> attach, detach;
  };
  const auto change = std::make_shared<Change>();
  Command policies = with_id(
      add_verb(noun, "policies", "Give the user policies, or take some away, now", session,
               [change, one](Session& s, Api& api) -> Result<void> {
                 if (change->attach.empty() && change->detach.empty())
                   return fail(Errc::bad_request, "say which policies: --attach P or --detach P");
                 json::value user;
                 if (!change->attach.empty()) {
                   WEIR_TRY(user, api.post(one() + "/attach-policies",
                                           json::object{{"policies", array_of(change->attach)}}));
                 }
                 if (!change->detach.empty()) {
                   WEIR_TRY(user, api.post(one() + "/detach-policies",
                                           json::object{{"policies", array_of(change->detach)}}));
                 }
                 print_item(s, user);
                 return {};
               }));
  policies.option("--attach", change->attach, "Give this one; may be given several times");
  policies.option("--detach", change->detach, "Take this one; may be given several times");
}

/// With a code, and without a token: there is none yet.
void add_codes(Command noun, const SessionPtr& session) {
  struct Options {
    std::string code, name, email, tenant;
  };
  const auto options = std::make_shared<Options>();
  Command setup = add_verb(
      noun, "setup", "Make the first user, with the code that weir serve printed", session,
      [options](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const std::string password, read_password(s.terminal));
        json::object body{{"code", options->code}, {"name", options->name}, {"password", password}};
        if (!options->email.empty()) body["email"] = options->email;
        if (!options->tenant.empty()) body["tenant"] = options->tenant;
        WEIR_TRY(const json::value made, api.post("/api/v0/setup", body));
        print_done(s, made.at("user"), options->name + " may do everything, and signs in by name");
        return {};
      });
  setup.option("--code", options->code, "The code").required();
  setup.option("--name", options->name, "Name, to sign in with").required();
  setup.option("--email", options->email, "Address, for the audit log");
  setup.option("--of", options->tenant, "The tenant, where the server has several");
  Command password =
      add_verb(noun, "password", "Choose a password with the code of a link", session,
               [options](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const std::string chosen, read_password(s.terminal));
                 WEIR_TRY(const json::value made,
                          api.post("/api/v0/passwords",
                                   json::object{{"code", options->code}, {"password", chosen}}));
                 print_done(s, made.at("user"), "the password is set");
                 return {};
               });
  password.option("--code", options->code, "The code").required();
}

}  // namespace

void add_user_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "user", "Users: people, and what they may do");
  add_add(noun, session);
  add_list(noun, session);
  add_members(noun, session);
  add_of_one(noun, session);
  add_codes(noun, session);
}

}  // namespace weir::cli
