#include "pipeline/courier/courier.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/assert.hpp"
#include "base/case_fold.hpp"
#include "pipeline/courier/file_courier.hpp"
#include "pipeline/feed/load_operations.hpp"

namespace weir::courier {
namespace {

using catalog::Catalog;
using catalog::Courier;
using feed::FeedOperations;
using feed::Operation;

constexpr int hour_of_the_day_after = 24;
constexpr std::string_view engine_prefix = "weir_";

bool is_known_format(const std::string& format) {
  return format == "NDJSON" || format == "JSON" || format == "XML";
}

Result<int> hour_of_prefix(const std::string& prefix) {
  int hour = -1;
  const auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), hour);
  if (prefix.size() != 2 || error != std::errc() || end != prefix.data() + 2 || hour < 0 ||
      hour > hour_of_the_day_after)
    return fail(Errc::bad_request,
                "\"file_pattern_prefix\" is an hour of two digits, 00 to 24, or empty for the "
                "whole day; \"" +
                    prefix + "\" is neither.");
  return hour;
}

std::vector<std::string> tags_of(const Operation& operation) {
  if (operation.type == Operation::Type::load) return {operation.file};
  std::vector<std::string> tags;
  for (const auto& file : operation.files)
    tags.push_back(file.tag);
  return tags;
}

Result<void> check_operation(const Courier& courier, const Operation& operation) {
  for (const std::string& tag : tags_of(operation))
    if (tag != courier.file_tag)
      return fail(Errc::bad_request, "A load operation reads the file \"" + tag +
                                         "\", but the courier's file tag is \"" + courier.file_tag +
                                         "\": they must be the same.");
  if (operation.type == Operation::Type::load && courier.file_format == "XML")
    return fail(Errc::bad_request,
                "XML batches are nested: load them with a \"spark-sql\" operation, which names an "
                "ingest query and the \"rowTag\" of its rows.");
  return {};
}

/// What a courier that each batch starts cannot do: what is meant for days.
Result<void> check_live(const Courier& courier, const std::vector<FeedOperations>& feeds) {
  if (!courier.is_live()) return {};
  if (!courier.file_pattern_prefix.empty())
    return fail(Errc::bad_request,
                "A courier that each batch starts loads the batches of every hour: leave "
                "\"file_pattern_prefix\" empty, or set \"trigger\" to by_hand.");
  for (const FeedOperations& one : feeds)
    for (const Operation& operation : one.operations)
      if (operation.type == Operation::Type::truncate)
        return fail(Errc::bad_request,
                    "A courier that each batch starts would empty the table of feed " +
                        one.feed_id +
                        " with each batch: take the \"truncate\" out, or set \"trigger\" to "
                        "by_hand.");
  return {};
}

Result<void> check_stream(Catalog& catalog, const Courier& courier) {
  WEIR_TRY(const auto stream, catalog.streams().find(courier.tenant_no, courier.stream_id));
  const bool wants_xml = courier.file_format == "XML";
  if (stream.payload_type && (*stream.payload_type == PayloadType::xml) != wants_xml)
    return fail(Errc::bad_request,
                "Stream " + stream.id + " carries " + std::string(to_string(*stream.payload_type)) +
                    ": the courier's file format must be " + (wants_xml ? "NDJSON." : "XML."));
  return {};
}

}  // namespace

Result<void> check(Catalog& catalog, const Courier& courier) {
  if (courier.reads_files()) return check_file_courier(courier);
  if (courier.name.empty()) return fail(Errc::bad_request, "A courier needs a name.");
  if (!is_known_format(courier.file_format))
    return fail(Errc::bad_request, "Unknown \"file_format\" \"" + courier.file_format +
                                       "\"; known are NDJSON, JSON and XML.");
  if (courier.file_tag.empty())
    return fail(Errc::bad_request, "A courier needs a \"file_tag\", usually \"streaming\".");
  if (folded_name(courier.file_tag).starts_with(engine_prefix))
    return fail(Errc::bad_request, "The \"file_tag\" \"" + courier.file_tag +
                                       "\" begins with \"weir_\", as tables of the engine's own "
                                       "do: choose another.");
  if (!courier.file_pattern_prefix.empty()) WEIR_CHECK(hour_of_prefix(courier.file_pattern_prefix));
  WEIR_CHECK(check_stream(catalog, courier));
  WEIR_TRY(const auto feeds, feed::parse_load_operations(courier.load_operations));
  for (const FeedOperations& one : feeds)
    for (const Operation& operation : one.operations)
      WEIR_CHECK(check_operation(courier, operation));
  return check_live(courier, feeds);
}

Result<void> validate(Catalog& catalog, const Courier& courier) {
  WEIR_CHECK(check(catalog, courier));
  WEIR_TRY(const auto feeds, feed::parse_load_operations(courier.load_operations));
  std::string missing;
  std::string others;
  std::set<std::string> queries;
  for (const FeedOperations& one : feeds) {
    const auto found = catalog.feeds().find(courier.tenant_no, one.feed_id);
    if (!found && found.error().code != Errc::not_found) return fail(found.error());
    if (!found)
      missing += (missing.empty() ? "\"" : ", \"") + one.feed_id + "\"";
    else if (!found->active)
      others += " Feed " + one.feed_id + " is not active: activate it first.";
    for (const Operation& operation : one.operations)
      if (operation.type == Operation::Type::spark_sql) queries.insert(operation.query);
  }
  for (const std::string& name : queries) {
    const auto found = catalog.ingest_queries().find_by_name(courier.tenant_no, name);
    if (!found && found.error().code != Errc::not_found) return fail(found.error());
    if (!found) others += " There is no ingest query named \"" + name + "\".";
  }
  if (missing.empty() && others.empty()) return {};
  if (missing.empty()) return fail(Errc::bad_request, others.substr(1));
  return fail(Errc::bad_request,
              "Cannot find required feeds: " + missing + (others.empty() ? "" : "." + others));
}

catalog::BatchFilter filter_of(const Courier& courier, const catalog::Run& run) {
  // A file courier takes what its run landed, whichever day that is said to be of.
  if (courier.reads_files())
    return {.stream_id = "", .from = {}, .to = {}, .hour = {}, .landed_by = run.id};
  catalog::BatchFilter filter{courier.stream_id, run.range.from, run.range.to, std::nullopt};
  if (run.live) filter.committed = run.round;
  filter.from_hour = run.range.from_hour;
  filter.to_hour = run.range.to_hour;
  if (courier.file_pattern_prefix.empty()) return filter;
  const auto hour = hour_of_prefix(courier.file_pattern_prefix);
  WEIR_ASSERT(hour);  // check() saw it before it was stored
  filter.hour = *hour % hour_of_the_day_after;
  if (*hour == hour_of_the_day_after) {
    if (filter.from) *filter.from += std::chrono::days(1);
    if (filter.to) *filter.to += std::chrono::days(1);
  }
  return filter;
}

Result<catalog::SourceHours> hours_with_files(catalog::Catalog& catalog, std::uint32_t tenant_no,
                                              const Courier& courier,
                                              const catalog::RunRange& range) {
  catalog::Run run;
  run.range = range;
  WEIR_TRY(auto found, catalog.batches().hours_with_records(tenant_no, filter_of(courier, run)));
  if (courier.file_pattern_prefix.empty()) return found;
  WEIR_TRY(const int hour, hour_of_prefix(courier.file_pattern_prefix));
  if (hour != hour_of_the_day_after) return found;
  for (Time& at : found.hours)
    at -= std::chrono::days(1);
  found.sealed_to -= std::chrono::days(1);
  return found;
}

}  // namespace weir::courier
