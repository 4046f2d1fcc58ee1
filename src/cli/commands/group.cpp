#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/commands/run_range.hpp"
#include "cli/commands/workflow.hpp"

// An edit reads the group, puts what was given on top and writes it back, so that a flag changes
// one setting; what the server alone decides is left out again.
namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/courier-groups";

struct Options {
  std::string id, file, name, schedule, zone, overlap, after_group;
  std::vector<std::string> couriers;
  std::string runtime_alert, catch_up;
  bool in_zone = false, past_day_only = false, inactive = false, by_hand = false;
};

/// "90", "90s", "5m", "2h", "1d", "1w" in seconds.
Result<std::int64_t> seconds_of(const std::string& text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string unit(rest, end);
  std::int64_t factor = 0;
  for (const auto& [name, seconds] :
       {std::pair{"", 1}, std::pair{"s", 1}, std::pair{"m", 60}, std::pair{"h", 3600},
        std::pair{"d", 86'400}, std::pair{"w", 604'800}})
    if (unit == name) factor = seconds;
  constexpr std::int64_t most = std::int64_t{366} * 86'400;
  if (error != std::errc() || factor == 0 || value < 0 || value > most)
    return fail(Errc::bad_request,
                "\"" + text + "\" is no time; write it as 90s, 5m, 2h, 1d or 1w");
  return value * factor;
}

/// "cr-x:wait=2h,offset=1d,notify,stop" as the API writes it.
Result<json::object> courier_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  json::object courier{{"courier_id", text.substr(0, colon)}};
  std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string part = rest.substr(0, comma);
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
    const std::size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    if (equals != std::string::npos && (key == "wait" || key == "offset")) {
      WEIR_TRY(courier[key + "_s"], seconds_of(part.substr(equals + 1)));
    } else if (part == "notify" || part == "stop") {
      courier[part + "_when_missing"] = true;
    } else if (part == "sealed") {
      courier["as_soon_as_sealed"] = true;
    } else {
      return fail(Errc::bad_request,
                  "\"" + part +
                      "\" is no setting of a courier in a group; there are wait=TIME, "
                      "offset=TIME, sealed, notify and stop, as in cr-x:wait=2h,notify");
    }
  }
  return courier;
}

/// What flags and --file say, over `group`.
Result<json::object> merge(json::object group, const Options& options, Terminal& terminal) {
  if (!options.file.empty()) {
    WEIR_TRY(const json::object given, read_object(terminal, options.file));
    for (const auto& [name, value] : given)
      group[name] = value;
  }
  if (!options.name.empty()) group["name"] = options.name;
  if (!options.schedule.empty()) group["schedule"] = options.schedule;
  if (options.by_hand) group["schedule"] = "";
  if (!options.zone.empty()) group["time_zone"] = options.zone;
  if (options.in_zone) group["file_ranges_in_zone"] = true;
  if (options.past_day_only) group["past_day_only"] = true;
  if (options.inactive) group["active"] = false;
  if (!options.overlap.empty()) group["overlap"] = options.overlap;
  if (!options.after_group.empty()) group["after_group"] = options.after_group;
  if (!options.runtime_alert.empty()) {
    WEIR_TRY(group["runtime_alert_s"], seconds_of(options.runtime_alert));
  }
  if (!options.catch_up.empty()) {
    WEIR_TRY(group["catch_up_s"], seconds_of(options.catch_up));
  }
  if (!options.couriers.empty()) {
    json::array couriers;
    for (const std::string& text : options.couriers) {
      WEIR_TRY(json::object courier, courier_of(text));
      couriers.push_back(std::move(courier));
    }
    group["couriers"] = std::move(couriers);
  }
  return group;
}

void add_settings(Command verb, Options& options) {
  verb.option("--file", options.file, "The group as JSON; - is standard input; flags go on top");
  verb.option("--name", options.name, "Name, for people");
  Option schedule = verb.option("--schedule", options.schedule,
                                "Cron, as in \"30 8 * * 1-5\"; none: by hand only");
  verb.flag("--by-hand", options.by_hand, "No schedule").excludes(schedule);
  verb.option("--time-zone", options.zone, "Of the schedule, as in Europe/Berlin (UTC)");
  verb.flag("--file-ranges-in-zone", options.in_zone, "Days are the zone's, not UTC's");
  verb.flag("--past-day-only", options.past_day_only, "Not every day since the last success");
  verb.flag("--inactive", options.inactive, "Its schedule does not fire yet");
  verb.option("--overlap", options.overlap, "When the run before is at work")
      .one_of({"queue_one", "skip"});
  verb.option("--after-group", options.after_group, "Wait until this group has finished, cg-...");
  verb.option("--runtime-alert", options.runtime_alert, "Tell when a run takes longer, as in 2h");
  verb.option("--catch-up", options.catch_up, "How late a missed time is made up for (1d)");
  verb.option("--courier", options.couriers,
              "cr-...[:wait=2h,offset=1d,sealed,notify,stop]; once for each courier");
}

/// Takes from a courier, as the server tells it, what cannot be set.
void keep_settings(json::object& courier) {
  courier.erase("covered_to");
  const json::value* sealed = courier.if_contains("as_soon_as_sealed");
  if (sealed != nullptr && *sealed == json::value(true)) courier.erase("offset_s");
}

/// The objects of a list that is a member of an answer; none where there is no such list.
std::vector<json::object> objects_of(const json::value& answer, const char* member) {
  std::vector<json::object> found;
  const json::value* list = answer.is_object() ? answer.as_object().if_contains(member) : nullptr;
  if (list == nullptr || !list->is_array()) return found;
  for (const json::value& item : list->as_array())
    if (item.is_object()) found.push_back(item.as_object());
  return found;
}

void add_changes(Command noun, const SessionPtr& session) {
  const auto added = std::make_shared<Options>();
  add_settings(add_verb(noun, "add", "Add a courier group", session,
                        [added](Session& s, Api& api) -> Result<void> {
                          WEIR_TRY(const json::object body, merge({}, *added, s.terminal));
                          WEIR_TRY(const json::value group, api.post(path, body));
                          print_done(s, group, text_of(group, "id"));
                          return {};
                        }),
               *added);
  const auto edited = std::make_shared<Options>();
  Command edit = add_verb(
      noun, "edit", "Change what flags and --file name, keep the rest", session,
      [edited](Session& s, Api& api) -> Result<void> {
        const std::string one = path + "/" + percent_encode(edited->id);
        WEIR_TRY(json::value before, api.get(one));
        if (!before.is_object())
          return fail(Errc::corrupt, "the group " + edited->id + " was answered as no object");
        json::object kept = before.as_object();
        for (const char* name :
             {"id", "created_at", "next_fire_at", "fired", "missed", "caught_up"})
          kept.erase(name);
        if (json::value* couriers = kept.if_contains("couriers"); couriers && couriers->is_array())
          for (json::value& courier : couriers->as_array())
            if (courier.is_object()) keep_settings(courier.as_object());
        WEIR_TRY(json::object merged, merge(std::move(kept), *edited, s.terminal));
        const json::value body(std::move(merged));
        WEIR_TRY(const json::value group, api.call("PUT", one, &body));
        print_done(s, group, edited->id + " is changed");
        return {};
      });
  edit.option("ID", edited->id, "Group id, cg-...").required();
  add_settings(edit, *edited);
}

void add_list(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command verb = add_verb(noun, "list", "All courier groups", session,
                          [paging](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::value list, fetch_list(api, path, {}, *paging));
                            print_list(s, list,
                                       {{"ID", "id"},
                                        {"NAME", "name"},
                                        {"SCHEDULE", "schedule"},
                                        {"TIME ZONE", "time_zone"},
                                        {"ACTIVE", "active"},
                                        {"NEXT", "next_fire_at"},
                                        {"MISSED", "missed", true}},
                                       "no courier groups yet; weir group add makes one");
                            return {};
                          });
  add_paging(verb, *paging);
}

void print_group(Session& session, const json::value& group) {
  if (session.json || !group.is_object()) return print_item(session, group);
  json::object head = group.as_object();
  const json::value couriers = head["couriers"];
  head.erase("couriers");
  print_item(session, head);
  session.terminal.out << "\n";
  print_list(session, json::object{{"items", couriers}},
             {{"COURIER", "courier_id"},
              {"WAIT S", "wait_s", true},
              {"OFFSET S", "offset_s", true},
              {"SEALED", "as_soon_as_sealed"},
              {"NOTIFY", "notify_when_missing"},
              {"STOP", "stop_when_missing"},
              {"LOADED UP TO", "covered_to"}},
             "no couriers");
}

/// One row for each time and courier; skipped times are among them.
void print_next(Session& session, const json::value& next) {
  if (session.json || !next.is_object()) return print_item(session, next);
  json::array rows;
  for (const json::object& item : objects_of(next, "items")) {
    const std::string doubled = text_of(item, "doubled");
    for (json::object row : objects_of(item, "loads")) {
      row["at"] = text_of(item, "at");
      row["local"] = text_of(item, "local");
      row["note"] = doubled.empty() ? "" : "shown twice, the " + doubled;
      rows.push_back(std::move(row));
    }
  }
  for (json::object row : objects_of(next, "skipped")) {
    row["note"] = "skipped by the wall clock, does not fire";
    rows.push_back(std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const json::value& a, const json::value& b) {
    return text_of(a, "at") < text_of(b, "at");
  });
  print_list(session, json::object{{"items", rows}},
             {{"AT", "at"},
              {"WALL CLOCK", "local"},
              {"COURIER", "courier_id"},
              {"FROM", "range_from"},
              {"TO (NOT INCLUDED)", "range_to"},
              {"NOTE", "note"}},
             "it has no schedule, or one that never fires");
}

void add_of_one(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto one = [id] { return path + "/" + percent_encode(*id); };
  const auto with_id = [id](Command verb) {
    verb.option("ID", *id, "Group id, cg-...").required();
  };
  with_id(add_verb(noun, "show", "One courier group with its couriers", session,
                   [one](Session& s, Api& api) -> Result<void> {
                     WEIR_TRY(const json::value group, api.get(one()));
                     print_group(s, group);
                     return {};
                   }));
  const auto name = std::make_shared<std::string>();
  Command copy = add_verb(
      noun, "copy", "Add one with the same settings, switched off", session,
      [one, name](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value group, api.post(one() + "/copy", json::object{{"name", *name}}));
        print_done(s, group, text_of(group, "id"));
        return {};
      });
  with_id(copy);
  copy.option("--name", *name, "Of the copy").required();
  with_id(add_verb(noun, "delete", "Remove it; its couriers and runs stay", session,
                   [id, one](Session& s, Api& api) -> Result<void> {
                     WEIR_TRY(const json::value answer, api.call("DELETE", one()));
                     print_done(s, answer, *id + " is deleted");
                     return {};
                   }));
  for (const bool active : {true, false}) {
    const std::string verb = active ? "activate" : "deactivate";
    with_id(add_verb(
        noun, verb, active ? "Let its schedule fire from now on" : "Let its schedule fire no more",
        session, [id, one, verb](Session& s, Api& api) -> Result<void> {
          WEIR_TRY(const json::value group, api.post(one() + "/" + verb, json::object{}));
          print_done(s, group, *id + " is " + verb + "d");
          return {};
        }));
  }
  const auto count = std::make_shared<std::uint32_t>(5);
  Command next = add_verb(noun, "next", "When it fires next, and what that would load", session,
                          [one, count](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::value times,
                                     api.post(one() + "/next", json::object{{"count", *count}}));
                            print_next(s, times);
                            return {};
                          });
  with_id(next);
  next.option("--count", *count, "How many times (5)").range(1, 100);
}

void add_run(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto options = std::make_shared<RunRange>();
  Command verb = add_verb(
      noun, "run", "Run it now; without days for those that its schedule would load", session,
      [id, options](Session& s, Api& api) -> Result<void> {
        options->may_be_none = true;
        WEIR_TRY(const json::object body, run_body(*options));
        WEIR_TRY(const json::value run, api.post(path + "/" + percent_encode(*id) + "/runs", body));
        return print_started(s, api, run, options->wait,
                             text_of(run, "id") + "  " + text_of(run, "state"));
      });
  verb.option("ID", *id, "Group id, cg-...").required();
  add_run_range(verb, *options);
}

}  // namespace

void add_group_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "group", "Courier groups: which couriers run together, and when");
  add_changes(noun, session);
  add_list(noun, session);
  add_of_one(noun, session);
  add_run(noun, session);
}

}  // namespace weir::cli
