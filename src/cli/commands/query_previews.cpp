#include <memory>
#include <ostream>

#include <boost/json.hpp>

#include "cli/commands/output.hpp"
#include "cli/commands/query.hpp"

/// What a query makes of payloads, and what another text of it makes otherwise.
namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/ingest-queries";

/// What a query reads, and how.
struct Input {
  std::string stream_id, batch, payload_file, files, tag = "streaming", row_tag, schema_file;
  int payloads = 0;
  bool trim = false;
  int limit = 20;
};

void add_input(Command verb, Input& input) {
  Option stream = verb.option("--stream", input.stream_id, "Of this stream's newest files, is-...");
  verb.option("--payloads", input.payloads, "With --stream: its last so many payloads only");
  Option batch = verb.option("--batch", input.batch, "Or of this batch file, by its path");
  batch.excludes(stream);
  verb.option("--payload", input.payload_file,
              "Or of this file's: one payload, or JSON objects, one a line; - is standard input")
      .excludes(stream)
      .excludes(batch);
  verb.option("--files", input.files,
              "Or of several tables: a file with a JSON array of {\"file_tag\", \"stream_id\" or "
              "\"file\" or \"payload\", ...}");
  verb.option("--tag", input.tag, "The name FROM has for the files").shows_default();
  verb.option("--row-tag", input.row_tag, "XML: the element that is a row");
  verb.flag("--trim", input.trim, "XML: texts without the white space around them");
  verb.option("--schema", input.schema_file, "A file with the rows' Spark schema as JSON");
  verb.option("--limit", input.limit, "Rows at most").shows_default();
}

Result<json::object> body_of(const Input& input, Session& session) {
  json::object body;
  if (!input.stream_id.empty()) body["stream_id"] = input.stream_id;
  if (!input.batch.empty()) body["file"] = input.batch;
  if (!input.payload_file.empty()) {
    WEIR_TRY(body["payload"], read_text(session.terminal, input.payload_file));
  }
  if (!input.files.empty()) {
    WEIR_TRY(body["files"], read_json(session.terminal, input.files));
    body["limit"] = input.limit;
    return body;
  }
  if (body.empty())
    return fail(Errc::bad_request, "say what to read with --stream, --batch, --payload or --files");
  body["file_tag"] = input.tag;
  body["limit"] = input.limit;
  if (input.payloads > 0) body["payloads"] = input.payloads;
  if (!input.row_tag.empty()) body["row_tag"] = input.row_tag;
  if (input.trim) body["trim"] = true;
  if (!input.schema_file.empty()) {
    WEIR_TRY(body["schema"], read_object(session.terminal, input.schema_file));
  }
  return body;
}

struct PreviewOptions {
  std::string id, sql, file;
  Input input;
};

Result<void> preview(const PreviewOptions& options, Session& session, Api& api) {
  WEIR_TRY(json::object body, body_of(options.input, session));
  std::string target = path + "/preview";
  if (!options.id.empty()) {
    target = path + "/" + percent_encode(options.id) + "/preview";
  } else {
    WEIR_TRY(body["sql"], read_sql(session.terminal, options.sql, options.file));
  }
  WEIR_CHECK(api.post(target, body));
  return print_rows(session, api.answer_body());
}

struct CompareOptions {
  std::string id, sql, file;
  int from = 0, to = 0;
  Input input;
};

std::string names_in(const json::object& columns, const char* which) {
  std::string out;
  const json::value* list = columns.if_contains(which);
  if (list == nullptr || !list->is_array()) return out;
  for (const json::value& column : list->as_array()) {
    out += (out.empty() ? "" : ", ") + text_of(column, "name");
    const std::string from = text_of(column, "from");
    out += " " + (from.empty() ? text_of(column, "type") : from + " -> " + text_of(column, "to"));
  }
  return out;
}

Result<void> print_side(Session& session, const json::value& answer, const std::string& side,
                        const std::string& title) {
  const std::string count = text_of(answer, side + "_rows");
  if (count.empty() || count == "0") return {};
  session.terminal.out << "\n" << title << ": " << count << " rows\n";
  return print_rows(session, json::serialize(answer.as_object().at(side)));
}

Result<void> compare(const CompareOptions& options, Session& session, Api& api) {
  WEIR_TRY(json::object body, body_of(options.input, session));
  if (options.from > 0) body["from"] = options.from;
  if (options.to > 0) body["to"] = options.to;
  if (!options.sql.empty() || !options.file.empty()) {
    WEIR_TRY(body["sql"], read_sql(session.terminal, options.sql, options.file));
  }
  WEIR_TRY(const json::value answer,
           api.post(path + "/" + percent_encode(options.id) + "/compare", body));
  if (session.json) {
    session.terminal.out << api.answer_body() << "\n";
    return {};
  }
  const json::value* columns =
      answer.is_object() ? answer.as_object().if_contains("columns") : nullptr;
  if (columns != nullptr && columns->is_object())
    for (const char* which : {"removed", "added", "changed"})
      if (const std::string names = names_in(columns->as_object(), which); !names.empty())
        session.terminal.out << "columns " << which << ": " << names << "\n";
  session.terminal.out << text_of(answer, "same_rows") << " rows are the same\n";
  WEIR_CHECK(print_side(session, answer, "only_from", "only before"));
  return print_side(session, answer, "only_to", "only now");
}

}  // namespace

void add_query_previews(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<PreviewOptions>();
  Command verb = add_verb(noun, "preview", "What it makes of payloads; nothing is kept", session,
                          [options](Session& s, Api& api) { return preview(*options, s, api); });
  Option id = verb.option("ID", options->id, "A stored query, iq-...");
  verb.option("--sql", options->sql, "Or this SQL").excludes(id);
  verb.option("--file", options->file, "Or this file's").excludes(id);
  add_input(verb, options->input);

  const auto compared = std::make_shared<CompareOptions>();
  Command differ =
      add_verb(noun, "compare", "What two of its versions make otherwise of the same payloads",
               session, [compared](Session& s, Api& api) { return compare(*compared, s, api); });
  differ.option("ID", compared->id, "Ingest query id, iq-...").required();
  differ.option("--from", compared->from, "A version; else the one before --to");
  Option to = differ.option("--to", compared->to, "A version; else the newest");
  differ.option("--sql", compared->sql, "Or this SQL, which is not saved").excludes(to);
  differ.option("--file", compared->file, "Or this file's").excludes(to);
  add_input(differ, compared->input);
}

}  // namespace weir::cli
