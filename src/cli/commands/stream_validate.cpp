#include "cli/commands/stream_validate.hpp"

#include <memory>
#include <ostream>

#include <boost/json.hpp>

#include "cli/commands/output.hpp"

/// What would become of a payload, table by table.
namespace weir::cli {
namespace {

namespace json = boost::json;

struct Options {
  std::string id, payload, file, content_type;
};

Result<void> print_table(const json::object& table, Session& session) {
  std::ostream& out = session.terminal.out;
  const std::string state = text_of(table, "state");
  out << text_of(table, "table") << ": "
      << (state == "rows"     ? "becomes"
          : state == "error"  ? "the feed cannot take it"
          : state == "failed" ? "the load would fail"
                              : "dropped by the query");
  const std::string why = text_of(table, "why");
  if (!why.empty()) out << ": " << why;
  out << "\n";
  const json::value* errors = table.if_contains("errors");
  if (errors != nullptr && errors->is_array())
    for (const json::value& error : errors->as_array()) {
      const std::string field = text_of(error, "field");
      out << "  " << (field.empty() ? "record" : field) << ": " << text_of(error, "reason") << "\n";
    }
  const json::value* rows = table.if_contains("rows");
  if (rows == nullptr || state != "rows") return {};
  return print_rows(session, json::serialize(*rows));
}

Result<void> validate(const Options& options, Session& session, Api& api) {
  json::object body;
  if (options.payload.empty()) {
    WEIR_TRY(body["payload"],
             read_text(session.terminal, options.file.empty() ? "-" : options.file));
  } else {
    body["payload"] = options.payload;
  }
  if (!options.content_type.empty()) body["content_type"] = options.content_type;
  WEIR_TRY(const json::value answer,
           api.post("/api/v0/streams/" + percent_encode(options.id) + "/validate", body));
  if (session.json || !answer.is_object()) {
    session.terminal.out << api.answer_body() << "\n";
    return {};
  }
  const std::string message = text_of(answer, "message");
  const std::string aside = text_of(answer, "quarantined");
  session.terminal.out << text_of(answer, "status")
                       << (message.empty() ? " accepted" : ": " + message) << "\n";
  if (!aside.empty()) session.terminal.out << "quarantined: " << aside << "\n";
  const json::value* tables = answer.as_object().if_contains("tables");
  if (tables == nullptr || !tables->is_array()) return {};
  if (tables->as_array().empty() && message.empty() && aside.empty())
    session.terminal.out << "no courier of the stream loads it into a table\n";
  for (const json::value& table : tables->as_array())
    if (table.is_object()) WEIR_CHECK(print_table(table.as_object(), session));
  return {};
}

}  // namespace

void add_stream_validate(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command verb =
      add_verb(noun, "validate", "What would become of a payload; nothing is stored", session,
               [options](Session& s, Api& api) { return validate(*options, s, api); });
  verb.option("ID", options->id, "Stream id, is-...").required();
  Option payload = verb.option("--payload", options->payload, "One JSON object or XML document");
  verb.option("--file", options->file, "A file that holds it; else standard input")
      .excludes(payload);
  verb.option("--content-type", options->content_type, "As the sender says it");
}

}  // namespace weir::cli
