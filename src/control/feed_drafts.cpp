#include <boost/json.hpp>

#include "base/limits.hpp"
#include "control/answers.hpp"
#include "control/batch_json.hpp"
#include "control/feed_json.hpp"
#include "control/fields.hpp"
#include "control/query_input.hpp"
#include "control/routes.hpp"
#include "control/stream_names.hpp"
#include "pipeline/feed/draft.hpp"

/// Feeds drafted from samples (spec/feeds.md 2). Nothing is kept of a sample.
namespace weir::control {
namespace {

namespace json = boost::json;

int this_year(const Call& call) {
  return static_cast<int>(calendar_day(day_of(call.services.clock.now())).year);
}

struct Drafted {
  feed::Draft draft;
  std::string file;  // path of the batch file, if it was one
};

Result<Drafted> of_file(const Call& call, const std::string& path) {
  WEIR_TRY(const auto batch, sample_file(call, path));
  WEIR_TRY(const auto text, call.services.read_file(batch.path, 0, limits::sample_bytes_max));
  WEIR_TRY(auto draft, feed::draft_of_json(text, text.size() < batch.bytes, this_year(call)));
  return Drafted{std::move(draft), batch.path};
}

Result<Drafted> of_query(const Call& call, const Fields& body) {
  WEIR_TRY(const auto query_id, body.text("ingest_query_id"));
  auto& queries = call.services.catalog.ingest_queries();
  WEIR_TRY(const auto query, queries.find(call.caller.tenant_no, query_id));
  WEIR_TRY(const auto source, query_input(call, body));
  engine::ReadLimits limits(limits::query_rows_max);
  limits.allowance = call.allowance();
  WEIR_TRY(const auto rows,
           call.services.engine.preview({source}, query.sql, call.caller.tenant, limits));
  WEIR_TRY(auto draft, feed::draft_of_rows(rows, this_year(call)));
  return Drafted{std::move(draft), ""};
}

Result<Drafted> of_newest_file(const Call& call, const std::string& stream_id) {
  WEIR_TRY(const auto batches,
           call.services.catalog.batches().newest(call.caller.tenant_no, stream_id, 1));
  if (batches.empty())
    return fail(Errc::conflict, "Stream \"" + stream_id +
                                    "\" has no batch file yet. Send it a payload and flush it.");
  return of_file(call, batches.back().path);
}

Result<Drafted> drafted(const Call& call, const Fields& body) {
  const bool has_stream = body.has("stream_id");
  const int ways = int{body.has("sample")} + int{body.has("file")} + int{has_stream};
  if (ways != 1 || (body.has("ingest_query_id") && !has_stream))
    return fail(Errc::bad_request,
                "Say what to draft from, in one way: {\"sample\": \"JSON objects, one a line\"}, "
                "{\"file\": \"the path of a batch file\"}, {\"stream_id\": ...} for the newest "
                "file of a stream, or that and {\"ingest_query_id\": ...} for the rows of a query "
                "over its newest files. A feed without a sample is added as it is: POST "
                "/api/v0/feeds.");
  if (body.has("sample")) {
    WEIR_TRY(const auto text, body.text("sample"));
    if (text.size() > limits::sample_bytes_max)
      return fail(Errc::bad_request, "A sample has at most " +
                                         std::to_string(limits::sample_bytes_max / limits::mib) +
                                         " MiB; send the first records of it.");
    WEIR_TRY(auto draft, feed::draft_of_json(text, false, this_year(call)));
    return Drafted{std::move(draft), ""};
  }
  if (body.has("file")) {
    WEIR_TRY(const auto path, body.text("file"));
    return of_file(call, path);
  }
  if (body.has("ingest_query_id")) return of_query(call, body);
  WEIR_TRY(const auto stream_id, body.text("stream_id"));
  return of_newest_file(call, stream_id);
}

/// The first candidate is proposed only where it is the likeliest one by far: a single field.
json::array proposed_key(const feed::Draft& draft) {
  if (draft.key_candidates.size() != 1 || draft.key_candidates[0].size() != 1) return {};
  return {json::value(draft.key_candidates[0][0])};
}

/// What can be sent to POST /feeds once it has source, name and key.
json::object json_of_new_feed(const Drafted& drafted) {
  json::array fields;
  for (const feed::DraftField& each : drafted.draft.fields) {
    json::object field{{"name", each.field.name}, {"type", each.field.type}};
    if (!each.field.rename_to.empty()) field["rename_to"] = each.field.rename_to;
    if (!each.field.semantic.empty()) field["semantic"] = each.field.semantic;
    if (each.field.scale) field["scale"] = *each.field.scale;
    fields.push_back(std::move(field));
  }
  json::object feed{{"fields", std::move(fields)}, {"primary_key", proposed_key(drafted.draft)}};
  if (!drafted.file.empty()) feed["sample"] = drafted.file;
  return feed;
}

json::array json_of_found(const feed::Draft& draft) {
  json::array found;
  for (const feed::DraftField& each : draft.fields)
    found.push_back(
        {{"name", each.field.name},
         {"records", each.records},
         {"share", static_cast<double>(each.records) / static_cast<double>(draft.records)},
         {"in_first_record", each.in_first}});
  return found;
}

/// Cells are copied as JSON text, so that no number loses a digit.
std::string json_of_rows(const feed::Draft& draft) {
  std::string out = "{\"columns\":[";
  for (std::size_t i = 0; i < draft.fields.size(); ++i)
    out.append(i == 0 ? "" : ",")
        .append(json::serialize(json::object{{"name", draft.fields[i].field.name},
                                             {"type", draft.fields[i].field.type}}));
  out += "],\"rows\":[";
  for (std::size_t i = 0; i < draft.rows.size(); ++i) {
    out += i == 0 ? "[" : ",[";
    for (std::size_t j = 0; j < draft.rows[i].size(); ++j)
      out.append(j == 0 ? "" : ",").append(draft.rows[i][j]);
    out += ']';
  }
  const bool more = draft.rows.size() < draft.records || !draft.whole;
  return out + "],\"truncated\":" + (more ? "true" : "false") + "}";
}

Result<http::Response> draft_feed(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"sample", "file", "stream_id", "ingest_query_id",
                                          "file_tag", "schema", "row_tag", "trim"}));
  WEIR_TRY(const auto drafted_feed, drafted(call, body));
  const feed::Draft& draft = drafted_feed.draft;
  json::array candidates;
  for (const auto& names : draft.key_candidates)
    candidates.push_back(json::array(names.begin(), names.end()));
  const json::object head{{"feed", json_of_new_feed(drafted_feed)},
                          {"records", draft.records},
                          {"whole", draft.whole},
                          {"found", json_of_found(draft)},
                          {"primary_key_candidates", std::move(candidates)}};
  http::Response response;
  response.body = json::serialize(head);
  response.body.pop_back();
  response.body += ",\"rows\":" + json_of_rows(draft) + "}";
  return response;
}

Result<http::Response> list_sample_files(const Call& call) {
  const auto stream_id = query_text(call.request, "stream_id");
  if (!stream_id)
    return fail(Errc::bad_request, "\"stream_id\" is missing: whose files may be samples.");
  WEIR_TRY(const auto limit, query_number(call.request, "limit", 1, limits::page_items_max));
  auto batches = call.services.catalog.batches().newest(
      call.caller.tenant_no, *stream_id,
      static_cast<std::uint32_t>(limit.value_or(limits::page_items_default)));
  if (!batches) return fail(std::move(batches).error());
  json::array items;
  for (auto batch = batches->rbegin(); batch != batches->rend(); ++batch)
    items.push_back(json_of_batch(*batch, *stream_id));
  return answer_items(std::move(items), "", "");
}

}  // namespace

Result<catalog::Batch> sample_file(const Call& call, const std::string& path) {
  WEIR_TRY(const auto found,
           call.services.catalog.batches().find_path(call.caller.tenant_no, path));
  if (!found)
    return fail(Errc::bad_request, "There is no batch file \"" + path +
                                       "\" of this tenant. GET /api/v0/feeds/samples lists the "
                                       "newest ones of a stream.");
  if (!path.ends_with(".ndjson"))
    return fail(Errc::bad_request,
                "\"" + path +
                    "\" is a file of XML, which nests and cannot be a sample. Make it flat with an "
                    "ingest query, and draft the feed from its rows with \"ingest_query_id\" and "
                    "\"stream_id\".");
  return *found;
}

void add_feed_draft_routes(Routes& routes) {
  constexpr auto operate = Access::operate;
  constexpr bool may_take_long = true;
  routes.push_back(
      {"POST", "/api/v0/feeds/draft", "draftFeed", operate, draft_feed, {}, may_take_long});
  routes.push_back({"GET",
                    "/api/v0/feeds/samples",
                    "listSampleFiles",
                    operate,
                    list_sample_files,
                    {"stream_id", "limit"}});
}

}  // namespace weir::control
