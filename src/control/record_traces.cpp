// The engine knows tables, loads and files; the catalog knows whose they are. Here a record is
// asked of the engine with the load that a run would do now, and a row's record gets its receipt
// from the batch that holds it.

#include "control/record_traces.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "control/answers.hpp"
#include "control/every_page.hpp"
#include "pipeline/feed/feed.hpp"
#include "pipeline/feed/plan_operations.hpp"

namespace weir::control {
namespace {

namespace json = boost::json;
using engine::Fate;

/// A table that the record's file was, or should be, loaded into.
struct Target {
  std::optional<catalog::Feed> feed;
  std::optional<catalog::Courier> courier;
  std::string run_id;  // the last that loaded the file, as the catalog has it
};
using Targets = std::map<std::string, Target>;

template <class T>
Result<std::optional<T>> if_there(Result<T> found) {
  if (found) return std::optional<T>(*std::move(found));
  if (found.error().code == Errc::not_found) return std::optional<T>();
  return fail(std::move(found).error());
}

/// The courier's operations for a feed that fill its table.
std::vector<feed::Operation> operations_for(const catalog::Courier& courier,
                                            const std::string& feed_id) {
  const auto all = feed::parse_load_operations(courier.load_operations);
  if (!all) return {};
  for (const feed::FeedOperations& one : *all) {
    if (one.feed_id != feed_id) continue;
    for (const feed::Operation& operation : one.operations)
      if (operation.type != feed::Operation::Type::truncate) return one.operations;
  }
  return {};
}

Result<std::optional<catalog::Courier>> courier_of_run(const Call& call,
                                                       const std::string& run_id) {
  auto& catalog = call.services.catalog;
  WEIR_TRY(const auto run, if_there(catalog.runs().find(call.caller.tenant_no, run_id)));
  if (!run) return std::optional<catalog::Courier>();
  return if_there(catalog.couriers().find(call.caller.tenant_no, run->courier_id));
}

Result<Targets> targets_of(const Call& call, const catalog::Batch& batch,
                           const std::string& stream_id) {
  auto& catalog = call.services.catalog;
  const std::uint32_t tenant_no = call.caller.tenant_no;
  WEIR_TRY(const auto couriers, every_page<catalog::Courier>([&](const catalog::PageRequest& page) {
             return catalog.couriers().list(tenant_no, page);
           }));
  WEIR_TRY(const auto feeds, every_page<catalog::Feed>([&](const catalog::PageRequest& page) {
             return catalog.feeds().list(tenant_no, page);
           }));
  WEIR_TRY(const auto stream, catalog.streams().find(tenant_no, stream_id));
  const std::string landed_for = stream.is_landed() ? stream.landed_for : "none";
  Targets targets;
  for (const catalog::Feed& feed : feeds) {
    for (const catalog::Courier& courier : couriers) {
      const bool reads = courier.stream_id == stream_id || courier.id == landed_for;
      if (!reads || operations_for(courier, feed.id).empty()) continue;
      targets.try_emplace(feed.table(), Target{feed, courier, ""});
    }
  }
  WEIR_TRY(const auto loaded, catalog.loads().of(batch));
  for (const catalog::LoadedInto& into : loaded) {
    Target& target = targets[into.table];
    target.run_id = into.run_id;
    for (const catalog::Feed& feed : feeds)
      if (feed.table() == into.table) target.feed = feed;
    WEIR_TRY(auto courier, courier_of_run(call, into.run_id));
    const bool loads = courier && target.feed && !operations_for(*courier, target.feed->id).empty();
    if (loads) target.courier = std::move(courier);
  }
  return targets;
}

engine::SourceFile file_of(const Call& call, const catalog::Batch& batch) {
  return feed::file_of(batch, call.services.file_uri(batch.path));
}

bool is_xml(const catalog::Batch& batch) {
  return batch.path.ends_with(".cbor");
}

/// What the courier's operations call the batch: its own tag, or that of the stream it landed in.
Result<std::string> tag_of(const Call& call, const catalog::Courier& courier,
                           const catalog::Batch& batch) {
  if (!courier.reads_files()) return courier.file_tag;
  auto& streams = call.services.catalog.streams();
  WEIR_TRY(const auto view, streams.view(batch.stream));
  if (!view) return std::string();
  WEIR_TRY(const auto stream, streams.find(call.caller.tenant_no, view->id));
  return stream.landed_tag;
}

Result<void> add_file(const Call& call, const catalog::Courier& courier,
                      const catalog::Batch& batch, feed::FilesByTag& files) {
  WEIR_TRY(const std::string tag, tag_of(call, courier, batch));
  feed::Files& of_tag = files[tag];
  of_tag.format = is_xml(batch) ? engine::FileFormat::cbor : engine::FileFormat::ndjson;
  of_tag.stream = batch.stream;
  of_tag.files.push_back(file_of(call, batch));
  return {};
}

/// The files that the last load of this one read: a query may put their records together.
Result<feed::FilesByTag> files_with(const Call& call, const catalog::Courier& courier,
                                    const std::string& table, const catalog::Batch& batch) {
  auto& engine = call.services.engine;
  feed::FilesByTag files;
  WEIR_TRY(const auto loads,
           engine.ledger(call.caller.tenant, {.table = table, .file = batch.path, .most = 1}));
  std::vector<std::string> keys;
  if (!loads.empty()) {
    WEIR_TRY(keys,
             engine.files_of(call.caller.tenant, loads[0].counts.load, limits::traced_files_max));
  }
  bool has_own = false;
  for (const std::string& key : keys) {
    WEIR_TRY(const auto found,
             call.services.catalog.batches().find_path(call.caller.tenant_no, key));
    if (!found) continue;
    WEIR_CHECK(add_file(call, courier, *found, files));
    has_own = has_own || key == batch.path;
  }
  if (!has_own) WEIR_CHECK(add_file(call, courier, batch, files));
  return files;
}

feed::QueryNamed queries_of(const Call& call) {
  return [&call](const std::string& name) -> Result<std::string> {
    WEIR_TRY(auto query,
             call.services.catalog.ingest_queries().find_by_name(call.caller.tenant_no, name));
    return std::move(query.sql);
  };
}

Result<engine::Load> load_of(const Call& call, const std::string& table, const Target& target,
                             const catalog::Batch& batch) {
  WEIR_TRY(engine::Load load, feed::plan(*target.feed, call.caller.tenant));
  load.id.run = target.run_id;
  load.allowance = call.allowance();
  if (!target.courier) return load;
  WEIR_TRY(const auto files, files_with(call, *target.courier, table, batch));
  WEIR_CHECK(feed::add_operations(load, operations_for(*target.courier, target.feed->id), files,
                                  queries_of(call), feed::known_fields(call.services.catalog)));
  load.truncate = false;
  return load;
}

json::array json_of_errors(const std::vector<engine::RowError>& errors) {
  json::array out;
  for (const engine::RowError& error : errors)
    out.push_back({{"row", error.row},
                   {"field", error.field},
                   {"value", error.value},
                   {"reason", error.reason}});
  return out;
}

Result<json::object> json_of_row(const Call& call, const engine::TracedRow& row) {
  json::object out{{"state", engine::to_string(row.fate)}};
  if (!row.pk.empty()) out["_pk"] = row.pk;
  if (!row.errors.empty()) out["errors"] = json_of_errors(row.errors);
  if (row.standing && row.fate != Fate::loaded) {
    WEIR_TRY(out["lost_to"], json_of_row_record(call, *row.standing));
  }
  return out;
}

Result<json::object> json_of_target(const Call& call, const std::string& table,
                                    const Target& target, const catalog::Batch& batch,
                                    const std::string& receipt) {
  json::object out{{"table", table}, {"state", engine::to_string(Fate::unknown)}};
  if (!target.run_id.empty()) out["run_id"] = target.run_id;
  if (!target.feed) {
    out["why"] = "The feed of this table is gone; the table keeps what was loaded.";
    return out;
  }
  out["feed_id"] = target.feed->id;
  auto load = load_of(call, table, target, batch);
  if (!load && load.error().code != Errc::not_found) return fail(std::move(load).error());
  if (!load) {
    out["why"] = load.error().message;
    return out;
  }
  const auto format = is_xml(batch) ? engine::FileFormat::cbor : engine::FileFormat::ndjson;
  WEIR_TRY(const auto trace,
           call.services.engine.trace(*load, {format, file_of(call, batch), receipt}));
  out["state"] = engine::to_string(trace.fate);
  if (trace.load) {
    out["load"] = trace.load->counts.load;
    out["loaded_at"] = to_string(trace.load->at);
    if (!trace.load->id.run.empty()) out["run_id"] = trace.load->id.run;
  }
  json::array rows;
  for (const engine::TracedRow& row : trace.rows) {
    WEIR_TRY(auto one, json_of_row(call, row));
    rows.push_back(std::move(one));
  }
  if (!rows.empty()) out["rows"] = std::move(rows);
  if (!trace.why.empty()) out["why"] = trace.why;
  return out;
}

/// The batch that a row's record is in. The ledger may have forgotten its name; the record's place
/// tells when it was received, and is made of the batch.
Result<std::optional<catalog::Batch>> batch_of(const Call& call, const engine::RowRecord& row) {
  auto& batches = call.services.catalog.batches();
  if (!row.file.empty()) return batches.find_path(call.caller.tenant_no, row.file);
  const Time at = engine::received_at(row.origin);
  const Day day = std::chrono::floor<std::chrono::days>(at);
  catalog::BatchFilter filter;
  filter.from = day;
  filter.to = day + std::chrono::days(1);
  WEIR_TRY(const auto found, batches.find(call.caller.tenant_no, filter));
  for (const catalog::Batch& batch : found)
    if (engine::origin_of(file_of(call, batch)) == engine::file_of(row.origin)) return batch;
  return std::optional<catalog::Batch>();
}

/// How the file was read into the table: what a row of XML is depends on it.
Result<engine::Source> source_of(const Call& call, const engine::RowRecord& row,
                                 const catalog::Batch& batch) {
  engine::Source source;
  if (is_xml(batch)) {
    source.format = engine::FileFormat::cbor;
    WEIR_TRY(const auto courier, courier_of_run(call, row.id.run));
    if (courier) {
      WEIR_TRY(const std::string tag, tag_of(call, *courier, batch));
      for (const feed::Operation& operation : operations_for(*courier, row.id.feed))
        for (const feed::QueryFile& file : operation.files)
          if (file.tag == tag) source.row_tag = file.row_tag;
    }
  }
  source.files.push_back(file_of(call, batch));
  return source;
}

}  // namespace

Result<json::array> json_of_tables(const Call& call, const catalog::Batch& batch,
                                   const std::string& stream_id, const std::string& receipt) {
  json::array out;
  WEIR_TRY(const auto targets, targets_of(call, batch, stream_id));
  if (targets.empty()) return out;
  WEIR_TRY(const auto pass, call.services.queries.enter(call.caller.tenant));
  for (const auto& [table, target] : targets) {
    WEIR_TRY(auto one, json_of_target(call, table, target, batch, receipt));
    out.push_back(std::move(one));
  }
  return out;
}

Result<json::object> json_of_row_record(const Call& call, const engine::RowRecord& row) {
  json::object out{{"receipt", nullptr}, {"file", nullptr},   {"row", engine::row_of(row.origin)},
                   {"load", row.load},   {"run_id", nullptr}, {"loaded_at", json_of(row.at)}};
  if (!row.id.run.empty()) out["run_id"] = row.id.run;
  WEIR_TRY(const auto batch, batch_of(call, row));
  if (!batch) return out;
  out["file"] = batch->path;
  WEIR_TRY(const auto source, source_of(call, row, *batch));
  // A file that is not there any more leaves the rest true.
  const auto receipt =
      call.services.engine.receipt_of(call.caller.tenant, source, engine::row_of(row.origin));
  if (receipt && !receipt->empty()) out["receipt"] = *receipt;
  return out;
}

}  // namespace weir::control
