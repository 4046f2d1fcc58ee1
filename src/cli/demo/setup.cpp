#include "cli/demo/setup.hpp"

#include <boost/json.hpp>

#include "cli/demo/definitions.hpp"
#include "cli/demo/moments.hpp"

namespace weir::cli::demo {
namespace {

namespace json = boost::json;

constexpr const char* file_tag = "streaming";

json::value parsed(std::string_view text) {
  return json::parse(json::string_view(text.data(), text.size()));
}

json::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

Result<std::string> member(const json::value& answer, const char* name, const std::string& of) {
  const json::value* found = answer.is_object() ? answer.as_object().if_contains(name) : nullptr;
  if (found == nullptr || !found->is_string())
    return fail(Errc::corrupt, "making " + of + " was answered without \"" + name + "\"");
  return json::value_to<std::string>(*found);
}

Result<std::string> make(Api& api, const std::string& path, const json::value& body,
                         const std::string& what) {
  const auto answer = api.post(path, body);
  if (!answer) return fail_while("making " + what, answer.error());
  return member(*answer, "id", what);
}

Result<std::string> ingest_token(Api& api, Time expires_at) {
  WEIR_TRY(const std::string key,
           make(api, "/api/v0/admin/api-keys",
                json::object{{"name", "Demo senders"},
                             {"policies", json::array{"streaming-ingest-api:write"}}},
                "the ingest key"));
  const auto token = api.post("/api/v0/admin/api-keys/" + key + "/tokens",
                              json::object{{"expires-at", moment(expires_at)}});
  if (!token) return fail_while("issuing the ingest token", token.error());
  return member(*token, "token", "the ingest token");
}

Result<std::string> make_feed(Api& api, const TableDefinition& table) {
  json::object body{{"source", view(table.source)}, {"name", view(table.name)}};
  const json::value settings = parsed(table.feed_json);
  for (const auto& [name, value] : settings.as_object())
    body[name] = value;
  const std::string what = "the feed " + table.table_name();
  WEIR_TRY(std::string id, make(api, "/api/v0/feeds", body, what));
  const auto active = api.post("/api/v0/feeds/" + id + "/activate", json::object{});
  if (!active) return fail_while("activating " + what, active.error());
  return id;
}

Result<json::object> make_operation(Api& api, const TableDefinition& table) {
  if (table.query_name.empty()) return json::object{{"type", "load"}, {"file", file_tag}};
  WEIR_TRY(const std::string id, make(api, "/api/v0/ingest-queries",
                                      json::object{{"name", view(table.query_name)},
                                                   {"description", view(table.query_about)},
                                                   {"sql", view(table.sql)}},
                                      "the ingest query " + std::string(table.query_name)));
  json::object file{{"file", file_tag}, {"schema", parsed(table.schema_json)}};
  if (!table.row_tag.empty()) file["options"] = json::object{{"rowTag", view(table.row_tag)}};
  return json::object{{"type", "spark-sql"},
                      {"spark-sql-files", json::array{std::move(file)}},
                      {"spark-sql-query", view(table.query_name)}};
}

/// The stream's courier, with every table that is loaded from the stream.
Result<std::string> make_courier(Api& api, Stream stream, Workspace& workspace) {
  json::object operations;
  for (const Table table : all_tables) {
    const TableDefinition& definition = definition_of(table);
    if (definition.stream != stream) continue;
    WEIR_TRY(std::string feed_id, make_feed(api, definition));
    WEIR_TRY(json::object operation, make_operation(api, definition));
    operations[feed_id] = json::array{std::move(operation)};
    workspace.feed_ids[static_cast<std::size_t>(table)] = std::move(feed_id);
  }
  const StreamDefinition& definition = definition_of(stream);
  return make(api, "/api/v0/couriers",
              json::object{{"name", view(definition.name)},
                           {"stream_id", workspace.stream_id(stream)},
                           {"file_format", definition.payload_type == "xml" ? "XML" : "NDJSON"},
                           {"file_tag", file_tag},
                           {"load_operations", std::move(operations)}},
              "the courier " + std::string(definition.name));
}

}  // namespace

Result<Workspace> set_up(Api& api, Time expires_at) {
  Workspace workspace;
  WEIR_TRY(workspace.ingest_token, ingest_token(api, expires_at));
  for (const Stream stream : all_streams) {
    const StreamDefinition& definition = definition_of(stream);
    WEIR_TRY(workspace.stream_ids[static_cast<std::size_t>(stream)],
             make(api, "/api/v0/streams",
                  json::object{{"name", view(definition.name)},
                               {"description", view(definition.description)},
                               {"payload_type", view(definition.payload_type)}},
                  "the stream " + std::string(definition.name)));
    WEIR_TRY(workspace.courier_ids[static_cast<std::size_t>(stream)],
             make_courier(api, stream, workspace));
  }
  return workspace;
}

}  // namespace weir::cli::demo
