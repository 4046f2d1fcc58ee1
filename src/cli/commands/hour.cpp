#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {

void add_hour_commands(Command app, const SessionPtr& session) {
  struct Options {
    std::string stream_id;
    Paging paging;
  };
  Command noun = add_noun(app, "hour", "Hours: what was accepted in each, and where it is");
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "list", "The hours of a stream, and which of them are sealed", session,
      [options](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(
            const boost::json::value list,
            fetch_list(api, "/api/v0/hours", {{"stream_id", options->stream_id}}, options->paging));
        print_list(s, list,
                   {{"DAY", "day"},
                    {"HOUR", "hour", true},
                    {"ACCEPTED", "accepted", true},
                    {"IN FILES", "in_files", true},
                    {"DUPLICATES", "duplicates", true},
                    {"QUARANTINED", "quarantined", true},
                    {"FILES", "files", true},
                    {"SEALED", "sealed"}},
                   "no hours yet: no batch accounts for a record");
        return {};
      });
  verb.option("--stream", options->stream_id, "Stream id, is-...").required();
  add_paging(verb, options->paging);
}

}  // namespace weir::cli
