#include <memory>
#include <ostream>

#include <boost/json.hpp>

#include "cli/commands/feed_options.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

struct DraftOptions {
  std::string upload, file, stream_id, query_id, tag, row_tag, schema_file;
  bool trim = false, rows = false;
};

Result<json::object> draft_body(const DraftOptions& options, Terminal& terminal) {
  json::object body;
  if (!options.upload.empty()) {
    WEIR_TRY(const std::string text, read_text(terminal, options.upload));
    body["sample"] = text;
  }
  if (!options.file.empty()) body["file"] = options.file;
  if (!options.stream_id.empty()) body["stream_id"] = options.stream_id;
  if (!options.query_id.empty()) body["ingest_query_id"] = options.query_id;
  if (!options.tag.empty()) body["file_tag"] = options.tag;
  if (!options.row_tag.empty()) body["row_tag"] = options.row_tag;
  if (options.trim) body["trim"] = true;
  if (!options.schema_file.empty()) {
    WEIR_TRY(body["schema"], read_object(terminal, options.schema_file));
  }
  if (body.empty())
    return fail(Errc::bad_request,
                "say what to draft from: --upload FILE, --file PATH, or --stream ID");
  return body;
}

/// 0.125 -> "12.5 %"
std::string percent(const json::value& share) {
  const double value = share.is_number() ? share.to_number<double>() * 100 : 0;
  std::string text = std::to_string(value);
  text.resize(text.find('.') + 2);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return (text == "0" && value > 0 ? "<0.1" : text) + " %";
}

void print_fields(std::ostream& out, const json::object& draft) {
  TextTable table;
  table.columns = {{"FIELD", false},    {"TYPE", false},   {"NAME IN TABLE", false},
                   {"SEMANTIC", false}, {"RECORDS", true}, {"", false}};
  const auto& fields = draft.at("feed").at("fields").as_array();
  const auto& found = draft.at("found").as_array();
  for (std::size_t i = 0; i < fields.size() && i < found.size(); ++i) {
    std::string type = text_of(fields[i], "type");
    if (const std::string scale = text_of(fields[i], "scale"); !scale.empty())
      type += ", scale " + scale;
    const bool is_first = found[i].at("in_first_record") == true;
    table.rows.push_back({text_of(fields[i], "name"), type, text_of(fields[i], "rename_to"),
                          text_of(fields[i], "semantic"), percent(found[i].at("share")),
                          is_first ? "" : "not in the first record"});
  }
  out << render(table);
}

void print_keys(std::ostream& out, const json::object& draft) {
  const auto& candidates = draft.at("primary_key_candidates").as_array();
  if (candidates.empty()) {
    out << "No field tells the records apart: choose the primary key yourself.\n";
    return;
  }
  out << "Possible primary keys: ";
  const char* separator = "";
  for (const json::value& names : candidates) {
    const std::string text = visible(cell_text(names));
    out << separator << (names.as_array().size() > 1 ? "(" + text + ")" : text);
    separator = ", ";
  }
  out << "\n";
}

bool is_draft(const json::value& answer) {
  if (!answer.is_object()) return false;
  for (const char* name : {"feed", "found", "primary_key_candidates", "whole", "rows"})
    if (!answer.as_object().contains(name)) return false;
  return true;
}

Result<void> print_draft(Session& session, Api& api, const json::value& answer, bool rows) {
  std::ostream& out = session.terminal.out;
  if (session.json || !is_draft(answer)) {
    out << api.answer_body() << "\n";
    return {};
  }
  const json::object& draft = answer.as_object();
  if (rows) {
    const std::string& body = api.answer_body();
    const std::size_t at = body.rfind(",\"rows\":{\"columns\"");
    if (at != body.npos) {
      constexpr std::size_t name_size = sizeof(",\"rows\":") - 1;
      WEIR_CHECK(
          print_rows(session, body.substr(at + name_size, body.size() - at - name_size - 1)));
    }
    return {};
  }
  print_fields(out, draft);
  print_keys(out, draft);
  const bool whole = draft.at("whole") == true;
  out << text_of(answer, "records") << " records were looked at"
      << (whole ? "" : ", and there are more") << ".\n"
      << "To save it: the same command with --json into weir feed create --file -\n";
  return {};
}

void add_draft(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<DraftOptions>();
  Command verb =
      add_verb(noun, "draft", "Make a feed of a sample; nothing is kept", session,
               [options](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const json::object body, draft_body(*options, s.terminal));
                 WEIR_TRY(const json::value draft, api.post(feeds_path + "/draft", body));
                 return print_draft(s, api, draft, options->rows);
               });
  Option upload = verb.option("--upload", options->upload,
                              "A file of JSON objects to send; - is standard input");
  Option file = verb.option("--file", options->file, "Or a batch file (weir feed samples)");
  Option stream = verb.option("--stream", options->stream_id, "Or the newest file of a stream");
  file.excludes(upload);
  stream.excludes(upload).excludes(file);
  verb.option("--query", options->query_id, "With --stream: an ingest query's rows, iq-...")
      .needs(stream);
  verb.option("--tag", options->tag, "The name that its FROM has for the files");
  verb.option("--row-tag", options->row_tag, "XML: the element that is a row");
  verb.flag("--trim", options->trim, "XML: texts without the white space around them");
  verb.option("--schema", options->schema_file, "A file with the rows' Spark schema as JSON");
  verb.flag("--rows", options->rows, "Show the sample's first rows instead, up to 200");
  verb.footer(
      "Examples:\n"
      "  weir feed draft --stream is-7Qm2Wx9aB\n"
      "  weir feed draft --upload orders.ndjson --json > draft.json\n"
      "  weir feed create --file draft.json --source Shop --name Orders --primary-key id");
}

void add_samples(Command noun, const SessionPtr& session) {
  const auto stream = std::make_shared<std::string>();
  const auto limit = std::make_shared<int>(20);
  Command verb = add_verb(
      noun, "samples", "A stream's files, newest first", session,
      [stream, limit](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value list,
                 api.get(with_query(feeds_path + "/samples",
                                    {{"stream_id", *stream}, {"limit", std::to_string(*limit)}})));
        print_list(s, list,
                   {{"RECEIVED", "first_received_at"},
                    {"RECORDS", "records", true},
                    {"BYTES", "bytes", true},
                    {"FILE", "path"}},
                   "no files yet; send the stream a payload and flush it");
        return {};
      });
  verb.option("--stream", *stream, "Stream id, is-...").required();
  verb.option("--limit", *limit, "Files at most").range(1, 1000).shows_default();
  verb.footer("Example: weir feed samples --stream is-7Qm2Wx9aB");
}

}  // namespace

void add_feed_draft_commands(Command noun, const SessionPtr& session) {
  add_draft(noun, session);
  add_samples(noun, session);
}

}  // namespace weir::cli
