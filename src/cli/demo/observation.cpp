#include "cli/demo/observation.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "cli/demo/definitions.hpp"

namespace weir::cli::demo {
namespace {

namespace json = boost::json;

constexpr std::size_t rows_per_query = 5000;

Failure unexpected(const std::string& what) {
  return fail(Errc::corrupt, what + " was answered in a shape the demo does not know");
}

const json::value* member(const json::value& value, const char* name) {
  return value.is_object() ? value.as_object().if_contains(name) : nullptr;
}

const json::array* array_in(const json::value& value, const char* name) {
  const json::value* found = member(value, name);
  return found != nullptr ? found->if_array() : nullptr;
}

std::string text_in(const json::value& value, const char* name) {
  const json::value* found = member(value, name);
  return found != nullptr && found->is_string() ? json::value_to<std::string>(*found) : "";
}

std::uint64_t number_in(const json::value& value, const char* name) {
  const json::value* found = member(value, name);
  if (found == nullptr || !found->is_number()) return 0;
  boost::system::error_code error;
  const auto number = found->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

std::string text_of(const json::value& value) {
  if (value.is_null()) return "";
  return value.is_string() ? json::value_to<std::string>(value) : json::serialize(value);
}

/// A table's name as SQL: "Source:Feed" in quotes.
std::string quoted(const TableDefinition& table) {
  return "\"" + table.table_name() + "\"";
}

Result<json::array> query(Api& api, const std::string& sql, json::value* whole = nullptr) {
  WEIR_CHECK(api.post("/api/v0/query", json::object{{"sql", sql}}));
  WEIR_TRY(json::value answer, parse_exact(api.answer_body()));
  const json::array* rows = array_in(answer, "rows");
  if (rows == nullptr) return unexpected("POST /api/v0/query");
  json::array copy = *rows;
  if (whole != nullptr) *whole = std::move(answer);
  return copy;
}

Result<json::value> finished_run(Api& api, const std::string& id,
                                 const std::function<void(std::chrono::milliseconds)>& sleep) {
  while (true) {
    WEIR_TRY(json::value run, api.get("/api/v0/workflow/runs/" + id));
    const std::string state = text_in(run, "state");
    if (state == "succeeded") return run;
    if (state == "failed" || state == "stopped" || state == "canceled" || state == "skipped") {
      std::string message = "the run " + id + " of a courier " + state;
      if (const std::string reason = text_in(run, "error"); !reason.empty())
        message.append(": ").append(reason);
      return fail(Errc::internal, std::move(message));
    }
    sleep(std::chrono::milliseconds(50));
  }
}

void add_loads(const json::value& run, LoadsByTable& loads) {
  const json::array* tasks = array_in(run, "tasks");
  if (tasks == nullptr) return;
  for (const json::value& task : *tasks) {
    const json::value* detail = member(task, "detail");
    if (text_in(task, "kind") != "load" || detail == nullptr) continue;
    for (const Table table : all_tables)
      if (text_in(task, "name") == definition_of(table).table_name())
        loads[static_cast<std::size_t>(table)] = {
            number_in(*detail, "read"), number_in(*detail, "inserted"),
            number_in(*detail, "updated"), number_in(*detail, "rejected"),
            number_in(*detail, "errors")};
  }
}

}  // namespace

Result<void> flush(Api& api, const Workspace& workspace) {
  for (const std::string& id : workspace.stream_ids) {
    const auto flushed = api.post("/api/v0/streams/" + id + "/flush", json::object{});
    if (!flushed) return fail_while("flushing the stream " + id, flushed.error());
  }
  return {};
}

Result<StreamStored> stored_of(Api& api, const std::string& stream_id) {
  StreamStored stored;
  WEIR_TRY(const json::value batches, api.list_all("/api/v0/batches", {{"stream_id", stream_id}}));
  for (const json::value& batch : *array_in(batches, "items"))
    stored.in_files += number_in(batch, "records");
  WEIR_TRY(const json::value quarantine,
           api.list_all("/api/v0/quarantine", {{"stream_id", stream_id}}));
  stored.quarantined = array_in(quarantine, "items")->size();
  return stored;
}

Result<LoadsByTable> run_couriers(Api& api, const Workspace& workspace, Day from, Day to,
                                  const std::function<void(std::chrono::milliseconds)>& sleep) {
  json::object range{{"day", to_string(from)}};
  if (from != to)
    range = {{"range_from", to_string(from)}, {"range_to", to_string(to + std::chrono::days(1))}};
  std::vector<std::string> runs;
  for (const std::string& courier : workspace.courier_ids) {
    WEIR_TRY(const json::value run, api.post("/api/v0/couriers/" + courier + "/runs", range));
    runs.push_back(text_in(run, "id"));
  }
  LoadsByTable loads{};
  for (const std::string& id : runs) {
    WEIR_TRY(const json::value run, finished_run(api, id, sleep));
    add_loads(run, loads);
  }
  return loads;
}

Result<Check> check_receipts(Api& api, const std::vector<Payload>& payloads,
                             const std::vector<SendResult>& results, std::size_t asked_max) {
  const std::size_t step = std::max<std::size_t>(1, payloads.size() / asked_max);
  std::size_t asked = 0;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    if (!results[i].accepted || (i % step != 0 && !payloads[i].malformed)) continue;
    WEIR_TRY(const json::value result,
             api.get("/api/v0/receipts/" + percent_encode(results[i].receipt) + "?tables=false"));
    const std::string state = text_in(result, "state");
    const std::string wanted = payloads[i].malformed ? "quarantined" : "in_file";
    if (state != wanted) {
      std::string sentence = "the receipt " + results[i].receipt;
      sentence.append(" says ").append(state).append(", not ").append(wanted);
      return Check{false, std::move(sentence)};
    }
    ++asked;
  }
  return Check{asked > 0, std::to_string(asked) +
                              " receipts were asked for; each payload is where " +
                              "its receipt says: in a file, or in quarantine with its reason"};
}

Result<TableRows> rows_of(Api& api, Table table) {
  const TableDefinition& definition = definition_of(table);
  std::string columns;
  for (const std::string_view key : definition.key_columns)
    columns += "CAST(" + std::string(key) + " AS VARCHAR), ";
  columns += "CAST(" + std::string(definition.version_column) + " AS VARCHAR)";
  TableRows found;
  while (true) {
    WEIR_TRY(
        const json::array page,
        query(api, "SELECT " + columns + " FROM " + quoted(definition) + " ORDER BY ALL LIMIT " +
                       std::to_string(rows_per_query) + " OFFSET " + std::to_string(found.size())));
    for (const json::value& row : page) {
      if (!row.is_array() || row.as_array().size() != definition.key_columns.size() + 1)
        return unexpected("POST /api/v0/query");
      const json::array& values = row.as_array();
      std::string key;
      for (std::size_t i = 0; i + 1 < values.size(); ++i)
        key += (i == 0 ? "" : "|") + text_of(values[i]);
      found.emplace(std::move(key), text_of(values.back()));
    }
    if (page.size() < rows_per_query) return found;
  }
}

Result<Sample> sample_of(Api& api, Table table, int rows) {
  const TableDefinition& definition = definition_of(table);
  json::value whole;
  WEIR_TRY(const json::array page,
           query(api,
                 "SELECT " + std::string(definition.sample_columns) + " FROM " +
                     quoted(definition) + " ORDER BY ALL LIMIT " + std::to_string(rows),
                 &whole));
  Sample sample;
  if (const json::array* columns = array_in(whole, "columns"))
    for (const json::value& column : *columns) {
      const std::string type = text_in(column, "type");
      sample.columns.push_back(text_in(column, "name"));
      sample.numeric.push_back(type.find("INT") != std::string::npos ||
                               type.rfind("DECIMAL", 0) == 0);
    }
  for (const json::value& row : page) {
    sample.rows.emplace_back();
    if (!row.is_array()) continue;
    for (const json::value& value : row.as_array())
      sample.rows.back().push_back(text_of(value));
  }
  return sample;
}

}  // namespace weir::cli::demo
