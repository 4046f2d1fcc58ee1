#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/tenant";

}  // namespace

void add_tenant_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "tenant", "What is set for all of the tenant's streams");
  add_verb(noun, "show", "The token's tenant", session, [](Session& s, Api& api) -> Result<void> {
    WEIR_TRY(const json::value tenant, api.get(path));
    print_item(s, tenant);
    return {};
  });
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
