#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {

void add_quarantine_commands(CLI::App& app, const SessionPtr& session) {
  struct Options {
    std::string stream_id;
    Paging paging;
  };
  CLI::App* noun = add_noun(app, "quarantine", "Quarantine: accepted payloads that do not parse");
  const auto options = std::make_shared<Options>();
  CLI::App* verb =
      add_verb(*noun, "list", "What is in quarantine and why", session,
               [options](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const boost::json::value list,
                          fetch_list(api, "/api/v0/quarantine", {{"stream_id", options->stream_id}},
                                     options->paging));
                 print_list(s, list,
                            {{"RECEIPT", "receipt"},
                             {"STREAM", "stream_id"},
                             {"RECEIVED", "received_at"},
                             {"BYTES", "body_bytes", true},
                             {"REASON", "reason"}},
                            "the quarantine is empty");
                 return {};
               });
  verb->add_option("--stream", options->stream_id, "Only of this stream, is-...");
  add_paging(*verb, options->paging);

  const auto receipt = std::make_shared<std::string>();
  add_verb(*noun, "show", "One payload in quarantine, with its bytes", session,
           [receipt](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const boost::json::value payload,
                      api.get("/api/v0/quarantine/" + percent_encode(*receipt)));
             print_item(s, payload);
             return {};
           })
      ->add_option("RECEIPT", *receipt, "The request_id its 202 carried")
      ->required();
}

}  // namespace weir::cli
