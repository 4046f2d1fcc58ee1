// JSON, since it is also told to people as it is. It is read as strictly as a column: what is not
// there was never written by us.

#include "workflow/group_config.hpp"

#include <boost/json.hpp>

#include "catalog/courier_groups.hpp"

namespace weir::workflow {

namespace {

namespace json = boost::json;

json::object json_of(const CourierConfig& config) {
  const catalog::GroupCourier& courier = config.courier;
  json::array feeds;
  for (const std::string& feed : config.feeds)
    feeds.push_back(json::value(feed));
  return {{"courier_id", courier.courier_id},
          {"name", config.name},
          {"feeds", std::move(feeds)},
          {"settings", config.settings},
          {"wait_s", courier.wait_s},
          {"offset_s", courier.offset_s},
          {"as_soon_as_sealed", courier.as_soon_as_sealed},
          {"notify_when_missing", courier.notify_when_missing},
          {"stop_when_missing", courier.stop_when_missing}};
}

std::string text_at(const json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

CourierConfig courier_from(const json::object& object) {
  CourierConfig config;
  config.courier.courier_id = text_at(object, "courier_id");
  config.name = text_at(object, "name");
  for (const json::value& feed : object.at("feeds").as_array())
    config.feeds.emplace_back(feed.as_string());
  // Runs of earlier versions have none: what they make keeps the settings of its own start.
  if (const json::value* settings = object.if_contains("settings"))
    config.settings = std::string(settings->as_string());
  config.courier.wait_s = object.at("wait_s").to_number<std::uint32_t>();
  config.courier.offset_s = object.at("offset_s").to_number<std::uint32_t>();
  config.courier.as_soon_as_sealed = object.at("as_soon_as_sealed").as_bool();
  config.courier.notify_when_missing = object.at("notify_when_missing").as_bool();
  config.courier.stop_when_missing = object.at("stop_when_missing").as_bool();
  return config;
}

}  // namespace

std::string to_json(const GroupConfig& config) {
  json::array couriers;
  for (const CourierConfig& courier : config.couriers)
    couriers.push_back(json_of(courier));
  const catalog::CourierGroup& group = config.group;
  return json::serialize(json::object{{"id", group.id},
                                      {"name", group.name},
                                      {"schedule", group.schedule},
                                      {"time_zone", group.time_zone},
                                      {"file_ranges_in_zone", group.file_ranges_in_zone},
                                      {"past_day_only", group.past_day_only},
                                      {"runtime_alert_s", group.runtime_alert_s},
                                      {"overlap", std::string(catalog::to_string(group.overlap))},
                                      {"catch_up_s", group.catch_up_s},
                                      {"after_group", group.after_group},
                                      {"couriers", std::move(couriers)}});
}

Result<GroupConfig> parse_group_config(const std::string& text) {
  try {
    const json::value parsed = json::parse(text);
    const json::object& object = parsed.as_object();
    GroupConfig config;
    config.group.id = text_at(object, "id");
    config.group.name = text_at(object, "name");
    config.group.schedule = text_at(object, "schedule");
    config.group.time_zone = text_at(object, "time_zone");
    config.group.file_ranges_in_zone = object.at("file_ranges_in_zone").as_bool();
    config.group.past_day_only = object.at("past_day_only").as_bool();
    config.group.runtime_alert_s = object.at("runtime_alert_s").to_number<std::uint32_t>();
    config.group.catch_up_s = object.at("catch_up_s").to_number<std::uint32_t>();
    config.group.after_group = text_at(object, "after_group");
    for (const json::value& courier : object.at("couriers").as_array())
      config.couriers.push_back(courier_from(courier.as_object()));
    return config;
  } catch (const std::exception& error) {
    return fail(Errc::corrupt,
                std::string("The settings kept in a run cannot be read: ") + error.what());
  }
}

}  // namespace weir::workflow
