#include <chrono>
#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

struct Options {
  std::string key_id;
  int days = 30;
  std::string expires_at;
  bool rotate = false;
};

/// The moment the token ends, to the second, as tokens keep it.
Result<std::string> expiry(const Options& options, Time now) {
  Time end = now + std::chrono::days(options.days);
  if (!options.expires_at.empty()) {
    const auto given = parse_time(options.expires_at);
    if (!given)
      return fail(Errc::bad_request, "--expires-at \"" + options.expires_at +
                                         "\" is no moment; write it as 2027-03-02T08:00:00Z");
    end = *given;
  }
  return to_string(std::chrono::floor<std::chrono::seconds>(end)).substr(0, 19) + "Z";
}

Result<void> create(const Options& options, Session& session, Api& api) {
  WEIR_TRY(const std::string end, expiry(options, session.terminal.now()));
  json::object body{{"expires-at", end}};
  if (options.rotate) body["rotate"] = true;
  WEIR_TRY(const json::value token,
           api.post("/api/v0/admin/api-keys/" + percent_encode(options.key_id) + "/tokens", body));
  print_done(session, token, text_of(token, "token"));
  return {};
}

}  // namespace

void add_token_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "token", "Access tokens: shown once, never stored");
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(noun, "create", "Issue a token of an API key", session,
                          [options](Session& s, Api& api) { return create(*options, s, api); });
  verb.option("KEY_ID", options->key_id, "API key id, tak-...").required();
  Option days = verb.option("--days", options->days, "Good for this many days")
                    .range(1, 36'500)
                    .shows_default();
  verb.option("--expires-at", options->expires_at, "Good until then: 2027-03-02T08:00:00Z")
      .excludes(days);
  verb.flag("--rotate", options->rotate,
            "Give the key a new secret first; tokens before are accepted 30 days more");
}

}  // namespace weir::cli
