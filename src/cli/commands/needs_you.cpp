#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {

void add_needs_you_command(Command app, const SessionPtr& session) {
  add_verb(app, "needs-you", "What a person has to look at, the worst first", session,
           [](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const boost::json::value answer, api.get("/api/v0/needs-you"));
             print_list(s, answer,
                        {{"SEVERITY", "severity"},
                         {"WHAT", "title"},
                         {"ID", "object_id"},
                         {"SINCE", "since"},
                         {"TO DO", "text"}},
                        "nothing needs you");
             return {};
           });
}

}  // namespace weir::cli
