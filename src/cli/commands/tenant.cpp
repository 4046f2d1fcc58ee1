#include <filesystem>
#include <optional>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/tenant";
const std::string all_path = "/api/v0/tenants";

/// The address and the token that the running server left in its data directory for who operates
/// it; or those given as options, where the token is of that kind.
Result<Access> operator_access(Session& s, const std::string& data) {
  if (s.token.starts_with("weir-operator-")) return s.access();
  const std::string file = data + "/operator.json";
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    return fail(Errc::not_found, "there is no " + file +
                                     " that can be read: start `weir serve --data " + data +
                                     "`, and run this on its machine as its user");
  WEIR_TRY(const json::object read, read_object(s.terminal, file));
  WEIR_TRY(Url url, parse_url(text_of(read, "url")));
  url.ca_file = s.ca_file;
  return Access{std::move(url), text_of(read, "token"), ""};
}

using OperatorAct = std::function<Result<void>(Session&, Api&)>;

/// A verb of who operates the server, with its --data.
Command add_operator_verb(Command noun, const std::string& name, const std::string& description,
                          const SessionPtr& session, OperatorAct act) {
  const auto data = std::make_shared<std::string>("data");
  Command verb = add_verb(noun, name, description, session,
                          [data, act = std::move(act)](Session& s, Api&) -> Result<void> {
                            WEIR_TRY(const Access access, operator_access(s, *data));
                            Api api(access);
                            return act(s, api);
                          });
  verb.option("--data", *data, "Data directory of the running server").shows_default();
  return verb;
}

void add_create(Command noun, const SessionPtr& session) {
  struct Options {
    std::string name, sandbox_of;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_operator_verb(
      noun, "create", "Make a tenant with its first API key; prints its token, this once", session,
      [options](Session& s, Api& api) -> Result<void> {
        json::object body{{"name", options->name}};
        if (!options->sandbox_of.empty()) body["sandbox_of"] = options->sandbox_of;
        WEIR_TRY(const json::value made, api.post(all_path, body));
        print_done(s, made,
                   "Made tenant " + options->name +
                       ".\n\nThe access token of its administrator, shown this once and not "
                       "stored:\n\n  export WEIR_TOKEN=" +
                       text_of(made, "admin_token") +
                       "\n\nIts first user is invited with it:\n\n  weir user add --name NAME "
                       "--policy user-administration --policy datagrid-administrator");
        return {};
      });
  verb.option("NAME", options->name, "Lower-case letters, digits and hyphens").required();
  verb.option("--sandbox-of", options->sandbox_of, "The tenant that it is a sandbox of");
}

void add_list(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command verb =
      add_operator_verb(noun, "list", "All tenants of the server", session,
                        [paging](Session& s, Api& api) -> Result<void> {
                          WEIR_TRY(const json::value list, fetch_list(api, all_path, {}, *paging));
                          print_list(s, list,
                                     {{"NAME", "name"},
                                      {"SANDBOX OF", "sandbox_of"},
                                      {"PAYLOAD", "payload_bytes_max", true},
                                      {"RATE", "rate_limit", true},
                                      {"BURST", "rate_burst", true},
                                      {"DISABLED", "disabled_at"}},
                                     "no tenants yet");
                          return {};
                        });
  add_paging(verb, *paging);
}

void add_of_one(Command noun, const SessionPtr& session) {
  struct Options {
    std::string name;
    std::optional<std::uint64_t> payload_bytes, rate, burst;
  };
  const auto options = std::make_shared<Options>();
  const auto one = [options] { return all_path + "/" + percent_encode(options->name); };
  Command set = add_operator_verb(
      noun, "set", "Set a tenant's limits, in force at once", session,
      [options, one](Session& s, Api& api) -> Result<void> {
        json::object body;
        if (options->payload_bytes) body["payload_bytes_max"] = *options->payload_bytes;
        if (options->rate) body["rate_limit"] = *options->rate;
        if (options->burst) body["rate_burst"] = *options->burst;
        if (body.empty())
          return fail(Errc::bad_request, "say what is set: --payload-bytes, --rate, --burst");
        const json::value sent = body;
        WEIR_TRY(const json::value tenant, api.call("PUT", one(), &sent));
        print_item(s, tenant);
        return {};
      });
  set.option("NAME", options->name, "The tenant").required();
  set.option("--payload-bytes", options->payload_bytes, "A payload's bytes at most, up to 5 MiB");
  set.option("--rate", options->rate,
             "Requests a second of all its streams together; 0: the server's setting");
  set.option("--burst", options->burst, "How many of them may come at once; without: as the rate");
  const auto add_change = [&](const std::string& verb, const std::string& what,
                              const std::string& done) {
    add_operator_verb(noun, verb, what, session,
                      [options, one, verb, done](Session& s, Api& api) -> Result<void> {
                        WEIR_TRY(const json::value tenant,
                                 api.post(one() + "/" + verb, json::object{}));
                        print_done(s, tenant, options->name + done);
                        return {};
                      })
        .option("NAME", options->name, "The tenant")
        .required();
  };
  add_change("disable", "Refuse a tenant's keys and users everything, now", " is out");
  add_change("enable", "Let a tenant in again", " is let in again");
}

}  // namespace

void add_tenant_commands(Command app, const SessionPtr& session) {
  Command noun =
      add_noun(app, "tenant", "The token's tenant; and all tenants, for who operates the server");
  add_verb(noun, "show", "The token's tenant", session, [](Session& s, Api& api) -> Result<void> {
    WEIR_TRY(const json::value tenant, api.get(path));
    print_item(s, tenant);
    return {};
  });
  add_create(noun, session);
  add_list(noun, session);
  add_of_one(noun, session);
  const auto origins = std::make_shared<std::vector<std::string>>();
  add_verb(noun, "allow-origins", "Say which web pages may send from a browser", session,
           [origins](Session& s, Api& api) -> Result<void> {
             const json::value body =
                 json::object{{"allowed_origins", json::array(origins->begin(), origins->end())}};
             WEIR_TRY(const json::value tenant, api.call("PUT", path + "/allowed-origins", &body));
             print_item(s, tenant);
             return {};
           })
      .option("--origin", *origins,
              "https://app.example.org, or * for any; again for another. Without: none");
}

}  // namespace weir::cli
