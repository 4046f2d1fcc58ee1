#include <memory>

#include <boost/json.hpp>

#include "base/base64.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {

namespace {

std::string path_of(const std::string& receipt, const std::string& act) {
  return "/api/v0/quarantine/" + percent_encode(receipt) + "/" + act;
}

/// Its bytes as they came, for a file to mend.
Result<std::string> bytes_of(const boost::json::value& payload) {
  const std::string encoded = text_of(payload, "body_base64");
  if (encoded.empty()) return text_of(payload, "body");
  if (auto bytes = from_base64(encoded)) return *std::move(bytes);
  return fail(Errc::corrupt, "the answer holds no payload; is this a weir server?");
}

void add_show(Command noun, const SessionPtr& session) {
  struct Options {
    std::string receipt;
    bool body = false;
  };
  const auto options = std::make_shared<Options>();
  Command verb =
      add_verb(noun, "show", "One payload in quarantine, with its bytes", session,
               [options](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const boost::json::value payload,
                          api.get("/api/v0/quarantine/" + percent_encode(options->receipt)));
                 if (!options->body) {
                   print_item(s, payload);
                   return {};
                 }
                 WEIR_TRY(const std::string bytes, bytes_of(payload));
                 s.terminal.out << bytes;
                 return {};
               });
  verb.option("RECEIPT", options->receipt, "The request_id its 202 carried").required();
  verb.flag("--body", options->body, "Print its bytes and nothing else");
}

void add_replay(Command noun, const SessionPtr& session) {
  struct Options {
    std::string receipt;
    std::string file;
  };
  const auto options = std::make_shared<Options>();
  Command verb =
      add_verb(noun, "replay", "Send a payload in quarantine again, mended by a file", session,
               [options](Session& s, Api& api) -> Result<void> {
                 boost::json::object body;
                 if (!options->file.empty()) {
                   WEIR_TRY(const std::string bytes, read_text(s.terminal, options->file));
                   body["body_base64"] = to_base64(bytes);
                 }
                 WEIR_TRY(const boost::json::value record,
                          api.post(path_of(options->receipt, "replay"), body));
                 print_done(s, record,
                            text_of(record, "replayed_as") + " is the receipt it has now; " +
                                options->receipt + " is settled");
                 return {};
               });
  verb.option("RECEIPT", options->receipt, "The request_id its 202 carried").required();
  verb.option("--file", options->file, "The mended payload; - is standard input");
}

void add_drop(Command noun, const SessionPtr& session) {
  struct Options {
    std::string receipt;
    bool is_sure = false;
  };
  const auto options = std::make_shared<Options>();
  Command verb =
      add_verb(noun, "drop", "Give up a payload in quarantine; its bytes go, it stays counted",
               session, [options](Session& s, Api& api) -> Result<void> {
                 WEIR_CHECK(confirm(s, options->is_sure,
                                    "The bytes of " + options->receipt + " will be gone."));
                 WEIR_TRY(const boost::json::value record,
                          api.post(path_of(options->receipt, "drop"), boost::json::object()));
                 print_done(s, record, options->receipt + " was dropped");
                 return {};
               });
  verb.option("RECEIPT", options->receipt, "The request_id its 202 carried").required();
  verb.flag("--yes", options->is_sure, "Do not ask");
}

}  // namespace

void add_quarantine_commands(Command app, const SessionPtr& session) {
  struct Options {
    std::string stream_id;
    std::string state = "held";
    Paging paging;
  };
  Command noun = add_noun(app, "quarantine", "Quarantine: accepted payloads that do not parse");
  const auto options = std::make_shared<Options>();
  Command verb =
      add_verb(noun, "list", "What is in quarantine and why", session,
               [options](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const boost::json::value list,
                          fetch_list(api, "/api/v0/quarantine",
                                     {{"stream_id", options->stream_id}, {"state", options->state}},
                                     options->paging));
                 print_list(s, list,
                            {{"RECEIPT", "receipt"},
                             {"STREAM", "stream_id"},
                             {"RECEIVED", "received_at"},
                             {"STATE", "state"},
                             {"BYTES", "body_bytes", true},
                             {"REASON", "reason"}},
                            "the quarantine is empty");
                 return {};
               });
  verb.option("--stream", options->stream_id, "Only of this stream, is-...");
  verb.option("--state", options->state, "held, replayed or dropped; \"\" for all").shows_default();
  add_paging(verb, options->paging);

  add_show(noun, session);
  add_replay(noun, session);
  add_drop(noun, session);
}

}  // namespace weir::cli
