#include <memory>
#include <vector>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/alerts";
const std::string deliveries_path = "/api/v0/alert-deliveries";

struct Settings {
  std::string id, name, webhook, email;
  std::vector<std::string> kinds, only;
  bool everything = false;
  bool off = false;
  bool on = false;
};

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

void add_filters(Command verb, Settings& settings) {
  verb.option("--kind", settings.kinds,
              "failure, missing, success, runtime, stopped, quarantine or conservation; may be "
              "given several times. Without: all but success");
  verb.option("--only", settings.only,
              "Only what is about this group, courier, stream or run; may be given several times");
}

void add_add(Command noun, const SessionPtr& session) {
  const auto settings = std::make_shared<Settings>();
  Command verb = add_verb(
      noun, "add", "Add a webhook or a mail address; prints its id and a webhook's secret", session,
      [settings](Session& s, Api& api) -> Result<void> {
        if (settings->webhook.empty() == settings->email.empty())
          return fail(Errc::bad_request, "say where alerts go: --webhook URL or --email ADDRESS");
        const bool mail = settings->webhook.empty();
        json::object body{{"name", settings->name},
                          {"channel", mail ? "email" : "webhook"},
                          {"target", mail ? settings->email : settings->webhook}};
        if (!settings->kinds.empty()) body["kinds"] = array_of(settings->kinds);
        if (!settings->only.empty()) body["only"] = array_of(settings->only);
        WEIR_TRY(const json::value added, api.post(path, body));
        const std::string secret = text_of(added, "secret");
        print_done(
            s, added,
            text_of(added, "id") + (secret.empty() ? ""
                                                   : "\nIts secret, shown this once: " + secret +
                                                         "\nReceivers verify webhooks with it "
                                                         "(www.standardwebhooks.com)."));
        return {};
      });
  verb.option("--name", settings->name, "Name, for people").required();
  Option webhook = verb.option("--webhook", settings->webhook, "URL that alerts are posted to");
  verb.option("--email", settings->email, "Address that alerts are mailed to").excludes(webhook);
  add_filters(verb, *settings);
}

/// What the flags say, over the endpoint as it is.
Result<json::object> changed(const json::value& before, const Settings& settings) {
  if (!before.is_object())
    return fail(Errc::corrupt, "the alert " + settings.id + " was answered as no object");
  const json::object& is = before.as_object();
  json::object body;
  for (const char* name : {"name", "target", "kinds", "only"})
    if (const json::value* value = is.if_contains(name)) body[name] = *value;
  body["active"] = settings.on || (!settings.off && text_of(before, "state") == "active");
  const bool is_mail = text_of(before, "channel") == "email";
  const std::string& target = is_mail ? settings.email : settings.webhook;
  if (!(is_mail ? settings.webhook : settings.email).empty())
    return fail(Errc::bad_request, settings.id + " is " +
                                       (is_mail ? "a mail address" : "a webhook") +
                                       " and stays one: add another alert instead");
  if (!settings.name.empty()) body["name"] = settings.name;
  if (!target.empty()) body["target"] = target;
  if (!settings.kinds.empty()) body["kinds"] = array_of(settings.kinds);
  if (!settings.only.empty()) body["only"] = array_of(settings.only);
  if (settings.everything) body["only"] = json::array();
  return body;
}

void add_edit(Command noun, const SessionPtr& session) {
  const auto settings = std::make_shared<Settings>();
  Command verb = add_verb(noun, "edit", "Change what flags name, keep the rest", session,
                          [settings](Session& s, Api& api) -> Result<void> {
                            const std::string one = path + "/" + percent_encode(settings->id);
                            WEIR_TRY(const json::value before, api.get(one));
                            WEIR_TRY(json::object body, changed(before, *settings));
                            const json::value sent(std::move(body));
                            WEIR_TRY(const json::value after, api.call("PUT", one, &sent));
                            print_item(s, after);
                            return {};
                          });
  verb.option("ID", settings->id, "Alert id, al-...").required();
  verb.option("--name", settings->name, "Another name");
  verb.option("--webhook", settings->webhook, "Another URL");
  verb.option("--email", settings->email, "Another address");
  add_filters(verb, *settings);
  verb.flag("--everything", settings->everything, "No --only any more");
  verb.flag("--off", settings->off, "Send nothing; what waits is canceled");
  verb.flag("--on", settings->on, "Send again");
}

void add_list(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command verb = add_verb(noun, "list", "Where alerts go", session,
                          [paging](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::value list, fetch_list(api, path, {}, *paging));
                            print_list(s, list,
                                       {{"ID", "id"},
                                        {"NAME", "name"},
                                        {"CHANNEL", "channel"},
                                        {"TARGET", "target"},
                                        {"STATE", "state"},
                                        {"WAITING", "waiting", true},
                                        {"KINDS", "kinds"}},
                                       "no alerts yet; weir alert add tells where they go");
                            return {};
                          });
  add_paging(verb, *paging);
}

void add_of_one(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto sure = std::make_shared<bool>(false);
  const auto one = [id] { return path + "/" + percent_encode(*id); };
  const auto with_id = [id](Command verb) {
    verb.option("ID", *id, "Alert id, al-...").required();
    return verb;
  };
  with_id(
      add_verb(noun, "show", "One of them", session, [one](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value alert, api.get(one()));
        print_item(s, alert);
        return {};
      }));
  with_id(add_verb(noun, "delete", "Remove it with its secret and its messages", session,
                   [id, sure, one](Session& s, Api& api) -> Result<void> {
                     WEIR_CHECK(confirm(s, *sure, *id + " will be deleted."));
                     WEIR_TRY(const json::value answer, api.call("DELETE", one()));
                     print_done(s, answer, *id + " is deleted");
                     return {};
                   }))
      .flag("--yes", *sure, "Do not ask");
  with_id(add_verb(
      noun, "test", "Send it a test message", session, [one](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value message, api.post(one() + "/test", json::object{}));
        print_done(
            s, message,
            text_of(message, "id") + " is on its way; weir alert delivery ID says how it went");
        return {};
      }));
}

void add_deliveries(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto state = std::make_shared<std::string>();
  const auto paging = std::make_shared<Paging>();
  Command verb = add_verb(
      noun, "deliveries", "Messages to it, newest first", session,
      [id, state, paging](Session& s, Api& api) -> Result<void> {
        const std::string list_path = path + "/" + percent_encode(*id) + "/deliveries";
        WEIR_TRY(const json::value list, fetch_list(api, list_path, {{"state", *state}}, *paging));
        print_list(s, list,
                   {{"ID", "id"},
                    {"TYPE", "type"},
                    {"STATE", "state"},
                    {"TRIES", "tries", true},
                    {"HAPPENED", "happened_at"},
                    {"NEXT TRY", "next_try_at"},
                    {"TITLE", "title"}},
                   "no messages yet; weir alert test ID sends one");
        return {};
      });
  verb.option("ID", *id, "Alert id, al-...").required();
  verb.option("--state", *state, "Of this state only")
      .one_of({"pending", "delivered", "failed", "canceled"});
  add_paging(verb, *paging);
}

void add_of_delivery(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto one = [id] { return deliveries_path + "/" + percent_encode(*id); };
  add_verb(noun, "delivery", "One message with its tries", session,
           [one](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value message, api.get(one()));
             print_item(s, message);
             return {};
           })
      .option("ID", *id, "Message id, alm-...")
      .required();
  add_verb(noun, "redeliver", "Deliver a message again, with its id", session,
           [id, one](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value message, api.post(one() + "/redeliver", json::object{}));
             print_done(s, message, *id + " is on its way again");
             return {};
           })
      .option("ID", *id, "Message id, alm-...")
      .required();
}

}  // namespace

void add_alert_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "alert", "Alerts: who is told of failures, and what was told");
  add_add(noun, session);
  add_list(noun, session);
  add_edit(noun, session);
  add_of_one(noun, session);
  add_deliveries(noun, session);
  add_of_delivery(noun, session);
}

}  // namespace weir::cli
