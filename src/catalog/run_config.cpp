// Every member of a courier, feed and query is named by a structured binding: one that is added
// does not compile until it is written and read here too. A run would load by its default else.

#include "catalog/run_config.hpp"

#include <algorithm>
#include <set>

#include <boost/json.hpp>

#include "catalog/couriers.hpp"
#include "catalog/feed_fields.hpp"

namespace weir::catalog {

namespace {

namespace json = boost::json;

json::object json_of(const Courier& courier) {
  const auto& [id, tenant_no, name, stream_id, file_format, file_tag, file_pattern_prefix,
               load_operations, trigger, created_at, location, folder, load_settings,
               credential_id] = courier;
  return {{"id", id},
          {"tenant_no", tenant_no},
          {"name", name},
          {"stream_id", stream_id},
          {"file_format", file_format},
          {"file_tag", file_tag},
          {"file_pattern_prefix", file_pattern_prefix},
          {"load_operations", load_operations},
          {"trigger", std::string(to_string(trigger))},
          {"created_at", weir::to_string(created_at)},
          {"location", std::string(to_string(location))},
          {"folder", folder},
          {"load_settings", load_settings},
          {"credential_id", credential_id}};
}

json::object json_of(const Feed& feed) {
  const auto& [id, tenant_no, source, name, fields, primary_key, last_updated, error_threshold,
               active, created_at, format, scale, identity_resolution, sample, loaded_last, merge,
               deleted_field, deleted_value] = feed;
  return {{"id", id},
          {"tenant_no", tenant_no},
          {"source", source},
          {"name", name},
          {"fields", pack_fields(fields)},
          {"primary_key", pack_names(primary_key)},
          {"last_updated", last_updated},
          {"error_threshold", error_threshold},
          {"active", active},
          {"created_at", weir::to_string(created_at)},
          {"format", format},
          {"scale", scale},
          {"identity_resolution", identity_resolution},
          {"sample", sample},
          {"loaded_last", loaded_last},
          {"merge", merge},
          {"deleted_field", deleted_field},
          {"deleted_value", deleted_value}};
}

json::object json_of(const IngestQuery& query) {
  const auto& [id, tenant_no, name, description, sql, created_at, version, at, by, by_name] = query;
  return {{"id", id},          {"tenant_no", tenant_no},
          {"name", name},      {"description", description},
          {"sql", sql},        {"created_at", weir::to_string(created_at)},
          {"version", version}};  // who saved it is nothing to a load
}

std::string text_at(const json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

template <class T>
T number_at(const json::object& object, const char* name) {
  return object.at(name).to_number<T>();
}

Time time_at(const json::object& object, const char* name) {
  return parse_time(text_at(object, name)).value();
}

Courier courier_from(const json::object& object) {
  return {.id = text_at(object, "id"),
          .tenant_no = number_at<std::uint32_t>(object, "tenant_no"),
          .name = text_at(object, "name"),
          .stream_id = text_at(object, "stream_id"),
          .file_format = text_at(object, "file_format"),
          .file_tag = text_at(object, "file_tag"),
          .file_pattern_prefix = text_at(object, "file_pattern_prefix"),
          .load_operations = text_at(object, "load_operations"),
          .trigger = parse_trigger(text_at(object, "trigger")).value(),
          .created_at = time_at(object, "created_at"),
          .location = parse_location(text_at(object, "location")).value(),
          .folder = text_at(object, "folder"),
          .load_settings = text_at(object, "load_settings"),
          .credential_id = text_at(object, "credential_id")};
}

Feed feed_from(const json::object& object) {
  return {.id = text_at(object, "id"),
          .tenant_no = number_at<std::uint32_t>(object, "tenant_no"),
          .source = text_at(object, "source"),
          .name = text_at(object, "name"),
          .fields = unpack_fields(text_at(object, "fields")).value(),
          .primary_key = unpack_names(text_at(object, "primary_key")).value(),
          .last_updated = text_at(object, "last_updated"),
          .error_threshold = number_at<int>(object, "error_threshold"),
          .active = object.at("active").as_bool(),
          .created_at = time_at(object, "created_at"),
          .format = text_at(object, "format"),
          .scale = number_at<int>(object, "scale"),
          .identity_resolution = object.at("identity_resolution").as_bool(),
          .sample = text_at(object, "sample"),
          .loaded_last = object.at("loaded_last").as_bool(),
          .merge = object.at("merge").as_bool(),
          .deleted_field = text_at(object, "deleted_field"),
          .deleted_value = text_at(object, "deleted_value")};
}

IngestQuery query_from(const json::object& object) {
  return {.id = text_at(object, "id"),
          .tenant_no = number_at<std::uint32_t>(object, "tenant_no"),
          .name = text_at(object, "name"),
          .description = text_at(object, "description"),
          .sql = text_at(object, "sql"),
          .created_at = time_at(object, "created_at"),
          .version = object.contains("version") ? number_at<std::uint64_t>(object, "version") : 0};
}

template <class T>
json::array array_of(const std::vector<T>& rows) {
  json::array out;
  for (const T& row : rows)
    out.push_back(json_of(row));
  return out;
}

/// What `read` makes of a text of our own. Whatever it throws for what we never wrote is corrupt.
template <class Read>
auto read_own(const std::string& text, const char* what, Read&& read)
    -> Result<decltype(read(std::declval<const json::object&>()))> {
  try {
    const json::value parsed = json::parse(text);
    return read(parsed.as_object());
  } catch (const std::exception& error) {
    return fail(Errc::corrupt,
                std::string(what) + " kept in a run cannot be read: " + error.what());
  }
}

json::object parsed_operations(const std::string& load_operations) {
  boost::system::error_code error;
  json::value parsed = json::parse(load_operations, error);
  if (error) return {};
  if (parsed.is_string()) return {{parsed.get_string(), json::array()}};  // a placeholder
  return parsed.is_object() ? parsed.get_object() : json::object();
}

json::value json_of(const std::optional<Day>& day) {
  return day ? json::value(weir::to_string(*day)) : json::value(nullptr);
}

std::optional<Day> day_at(const json::object& object, const char* name) {
  const json::value& value = object.at(name);
  if (value.is_null()) return std::nullopt;
  return parse_day(value.as_string()).value();
}

}  // namespace

const Feed* RunConfig::feed(const std::string& id) const {
  const auto found =
      std::find_if(feeds.begin(), feeds.end(), [&](const Feed& one) { return one.id == id; });
  return found == feeds.end() ? nullptr : &*found;
}

const IngestQuery* RunConfig::query(const std::string& name) const {
  const auto found = std::find_if(queries.begin(), queries.end(),
                                  [&](const IngestQuery& one) { return one.name == name; });
  return found == queries.end() ? nullptr : &*found;
}

std::string to_json(const RunConfig& config) {
  return json::serialize(json::object{{"courier", json_of(config.courier)},
                                      {"feeds", array_of(config.feeds)},
                                      {"queries", array_of(config.queries)}});
}

Result<RunConfig> parse_run_config(const std::string& text) {
  return read_own(text, "The settings", [](const json::object& object) {
    RunConfig config;
    config.courier = courier_from(object.at("courier").as_object());
    for (const json::value& feed : object.at("feeds").as_array())
      config.feeds.push_back(feed_from(feed.as_object()));
    for (const json::value& query : object.at("queries").as_array())
      config.queries.push_back(query_from(query.as_object()));
    return config;
  });
}

std::vector<std::string> feeds_of(const std::string& load_operations) {
  std::vector<std::string> feeds;
  for (const auto& [feed, operations] : parsed_operations(load_operations))
    feeds.emplace_back(feed);
  return feeds;
}

std::vector<std::string> queries_of(const std::string& load_operations) {
  std::set<std::string> names;
  for (const auto& [feed, operations] : parsed_operations(load_operations)) {
    if (!operations.is_array()) continue;
    for (const json::value& operation : operations.get_array()) {
      const json::object* object = operation.if_object();
      const json::value* name =
          object == nullptr ? nullptr : object->if_contains("spark-sql-query");
      if (name != nullptr && name->is_string()) names.emplace(name->get_string());
    }
  }
  return {names.begin(), names.end()};
}

std::string to_json(const BatchFilter& filter) {
  const auto& [stream_id, from, to, hour, committed, from_hour, to_hour, landed_by] = filter;
  json::object out{
      {"landed_by", landed_by}, {"stream_id", stream_id},     {"from", json_of(from)},
      {"to", json_of(to)},      {"from_hour", from_hour},     {"to_hour", to_hour},
      {"hour", nullptr},        {"committed_after", nullptr}, {"committed_to", nullptr}};
  if (hour) out["hour"] = *hour;
  if (committed) {
    out["committed_after"] = committed->after;
    out["committed_to"] = committed->to;
  }
  return json::serialize(out);
}

Result<BatchFilter> parse_batch_filter(const std::string& text) {
  return read_own(text, "The choice of batches", [](const json::object& object) {
    BatchFilter filter;
    filter.landed_by = text_at(object, "landed_by");
    filter.stream_id = text_at(object, "stream_id");
    filter.from = day_at(object, "from");
    filter.to = day_at(object, "to");
    filter.from_hour = number_at<int>(object, "from_hour");
    filter.to_hour = number_at<int>(object, "to_hour");
    if (!object.at("hour").is_null()) filter.hour = number_at<int>(object, "hour");
    if (!object.at("committed_to").is_null())
      filter.committed = {number_at<std::uint64_t>(object, "committed_after"),
                          number_at<std::uint64_t>(object, "committed_to")};
    return filter;
  });
}

}  // namespace weir::catalog
