// A file that is sent along is in memory only, so that what is tried leaves nothing behind; the
// engine reads it like any other.
#include "control/query_input.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "catalog/query_limits.hpp"
#include "control/answers.hpp"
#include "pipeline/feed/plan_operations.hpp"

namespace weir::control {
namespace {

engine::FileFormat format_of(const std::string& path) {
  return path.ends_with(".cbor") ? engine::FileFormat::cbor : engine::FileFormat::ndjson;
}

engine::SourceFile file_of(const Call& call, const catalog::Batch& batch) {
  return feed::file_of(batch, call.services.file_uri(batch.path));
}

/// The last records of a file, as a file of their own: a file's records stand one behind the other.
Result<engine::SourceFile> end_of(const Call& call, const catalog::Batch& batch,
                                  std::uint64_t records) {
  engine::SourceFile file = file_of(call, batch);
  if (records >= batch.records || !is_gapless(batch.partition)) return file;
  // Where records are missing among the sequences these are fewer.
  file.first_sequence = batch.last_sequence.value - records + 1;
  WEIR_TRY(const auto first, call.services.locate(batch, Sequence{file.first_sequence}));
  WEIR_TRY(auto bytes, call.services.read_file(batch.path, first.offset, batch.bytes));
  file.records = records;
  file.content = std::make_shared<const std::string>(std::move(bytes));
  return file;
}

/// As a load would know them.
Result<void> know_fields(const Call& call, StreamNo stream, engine::Source& source) {
  if (!source.schema_json.empty()) return {};
  const bool is_xml = source.format == engine::FileFormat::cbor;
  const auto known = feed::known_fields(call.services.catalog);
  WEIR_TRY(source.known_schema_json, known(stream, is_xml ? source.row_tag : ""));
  return {};
}

Result<void> take_stream(const Call& call, const Fields& body, engine::Source& source) {
  WEIR_TRY(const auto id, body.text("stream_id"));
  WEIR_TRY(const int payloads, body.number_or("payloads", 0, 1, limits::previewed_payloads_max));
  auto& catalog = call.services.catalog;
  WEIR_TRY(const auto stream, catalog.streams().find(call.caller.tenant_no, id));
  WEIR_TRY(const auto batches,
           catalog.batches().newest(call.caller.tenant_no, id, limits::sample_files_max));
  if (batches.empty())
    return fail(Errc::conflict,
                "Stream \"" + id + "\" has no batch file yet. Send it a payload and flush it.");
  // A stream has one payload type, so its files have one format.
  source.format = format_of(batches.back().path);
  WEIR_CHECK(know_fields(call, stream.no, source));
  auto left = static_cast<std::uint64_t>(payloads);
  for (auto batch = batches.rbegin(); batch != batches.rend(); ++batch) {
    if (payloads > 0 && left == 0) break;
    if (payloads == 0) {
      source.files.push_back(file_of(call, *batch));
      continue;
    }
    WEIR_TRY(auto file, end_of(call, *batch, left));
    left -= std::min(left, file.records);
    source.files.push_back(std::move(file));
  }
  std::reverse(source.files.begin(), source.files.end());
  return {};
}

Result<void> take_file(const Call& call, const Fields& body, engine::Source& source) {
  WEIR_TRY(const auto path, body.text("file"));
  WEIR_TRY(const auto batch,
           call.services.catalog.batches().find_path(call.caller.tenant_no, path));
  if (!batch)
    return fail(Errc::not_found, "There is no batch file \"" + path + "\" in this tenant.");
  source.format = format_of(path);
  source.files.push_back(file_of(call, *batch));
  return know_fields(call, batch->stream, source);
}

/// One payload, or JSON objects, one a line: of those that are none it is told as of any record.
Result<void> take_payload(const Call& call, const Fields& body, engine::Source& source) {
  WEIR_TRY(auto text, body.text("payload"));
  if (text.size() > limits::sample_bytes_max)
    return fail(Errc::bad_request, "\"payload\" has at most " +
                                       std::to_string(limits::sample_bytes_max / limits::mib) +
                                       " MiB; send the first records of it.");
  const std::size_t begin = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool is_xml = begin != std::string::npos && text[begin] == '<';
  catalog::StreamView any;
  any.payload_bytes_max = limits::sample_bytes_max;
  auto tried =
      call.services.try_payload(any, is_xml ? "application/xml" : "application/json", text);
  source.format = is_xml ? engine::FileFormat::cbor : engine::FileFormat::ndjson;
  const auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  if (tried.refused && !is_xml && lines > 0) {
    if (!text.ends_with('\n')) text += '\n';
    source.files.push_back(file_of_payload(call, std::move(text), lines));
    return {};
  }
  if (tried.refused) return fail(*tried.refused);
  if (!tried.quarantined.empty())
    return fail(Errc::bad_request, "The payload would be quarantined: " + tried.quarantined);
  source.files.push_back(file_of_payload(call, std::move(tried.record)));
  return {};
}

}  // namespace

engine::SourceFile file_of_payload(const Call& call, std::string record, std::uint64_t records) {
  engine::SourceFile file;
  file.key = "payload";
  file.first_received_at = call.services.clock.now();
  file.records = records;
  file.content = std::make_shared<const std::string>(std::move(record));
  return file;
}

Result<engine::Source> query_input(const Call& call, const Fields& body) {
  if (int{body.has("stream_id")} + int{body.has("file")} + int{body.has("payload")} != 1)
    return fail(Errc::bad_request,
                "Say what to read, in one way: {\"stream_id\": ...} for the stream's newest files, "
                "and with \"payloads\" its last so many payloads; {\"file\": \"the path of a batch "
                "file\"}; or {\"payload\": \"one payload, or JSON objects, one a line\"}.");
  if (body.has("payloads") && !body.has("stream_id"))
    return fail(Errc::bad_request, "\"payloads\" goes with \"stream_id\".");
  engine::Source source;
  WEIR_TRY(source.tag, body.text_or("file_tag", "streaming"));
  WEIR_TRY(source.schema_json, body.object_text("schema"));
  WEIR_TRY(source.row_tag, body.text_or("row_tag", "row"));
  WEIR_TRY(source.trim, body.flag_or("trim", false));
  if (body.has("stream_id")) WEIR_CHECK(take_stream(call, body, source));
  if (body.has("file")) WEIR_CHECK(take_file(call, body, source));
  if (body.has("payload")) WEIR_CHECK(take_payload(call, body, source));
  return source;
}

Result<std::vector<engine::Source>> query_inputs(const Call& call, const Fields& body) {
  std::vector<engine::Source> sources;
  if (!body.has("files")) {
    WEIR_TRY(auto source, query_input(call, body));
    sources.push_back(std::move(source));
    return sources;
  }
  for (const char* alone : {"stream_id", "file", "payload", "payloads"})
    if (body.has(alone))
      return fail(Errc::bad_request, "\"files\" says what is read; leave out \"" +
                                         std::string(alone) + "\", or put it into one of them.");
  WEIR_TRY(const auto files, body.items("files", {"stream_id", "payloads", "file", "payload",
                                                  "file_tag", "schema", "row_tag", "trim"}));
  for (const Fields& file : files) {
    WEIR_TRY(auto source, query_input(call, file));
    sources.push_back(std::move(source));
  }
  if (sources.empty()) return fail(Errc::bad_request, "\"files\" has none: name one at least.");
  return sources;
}

}  // namespace weir::control
