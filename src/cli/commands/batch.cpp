#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {

void add_batch_commands(Command app, const SessionPtr& session) {
  struct Options {
    std::string stream_id;
    Paging paging;
  };
  Command noun = add_noun(app, "batch", "Batches: the files a stream has become");
  const auto options = std::make_shared<Options>();
  Command verb =
      add_verb(noun, "list", "The batches of a stream, in the order of the data", session,
               [options](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const boost::json::value list,
                          fetch_list(api, "/api/v0/batches", {{"stream_id", options->stream_id}},
                                     options->paging));
                 print_list(s, list,
                            {{"PATH", "path"},
                             {"RECORDS", "records", true},
                             {"QUARANTINED", "quarantined", true},
                             {"DUPLICATES", "duplicates", true},
                             {"BYTES", "bytes", true},
                             {"FIRST RECEIVED", "first_received_at"},
                             {"LAST RECEIVED", "last_received_at"}},
                            "no batches yet; weir stream flush " + options->stream_id +
                                " closes an open one");
                 return {};
               });
  verb.option("--stream", options->stream_id, "Stream id, is-...").required();
  add_paging(verb, options->paging);
}

}  // namespace weir::cli
