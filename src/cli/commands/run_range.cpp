#include "cli/commands/run_range.hpp"

#include <boost/json.hpp>

#include "base/time.hpp"

namespace weir::cli {

Result<boost::json::object> run_body(const RunRange& range) {
  for (const std::string* day : {&range.day, &range.from, &range.to})
    if (!day->empty() && !parse_day(*day))
      return fail(Errc::bad_request, "\"" + *day + "\" is no day; write it as 2027-03-02");
  boost::json::object body;
  if (range.all) body["all"] = true;
  if (!range.day.empty()) body["day"] = range.day;
  if (!range.from.empty()) body["range_from"] = range.from;
  if (!range.to.empty()) body["range_to"] = range.to;
  if (body.empty() && !range.may_be_none)
    return fail(Errc::bad_request, "say what to load: --day DAY, --from DAY --to DAY, or --all");
  if (range.load_only) body["load_only"] = true;
  if (range.skip_missing) body["skip_missing"] = true;
  if (range.shadow) body["shadow"] = true;
  return body;
}

void add_run_range(Command verb, RunRange& range) {
  Option all = verb.flag("--all", range.all, "Everything there is");
  Option day = verb.option("--day", range.day, "One UTC day, 2027-03-02");
  Option from = verb.option("--from", range.from, "From this day on, with it");
  Option to = verb.option("--to", range.to, "Up to this day, without it");
  day.excludes(all);
  from.excludes(all).excludes(day).needs(to);
  to.needs(from);
  verb.flag("--load-only", range.load_only, "Nothing downstream");
  verb.flag("--skip-missing", range.skip_missing, "Missing files are no failure");
  verb.flag("--shadow", range.shadow,
            "Into the shadows of the tables; see weir table diff and weir table swap");
  verb.flag("--wait", range.wait, "Wait until it is done and show what was loaded");
}

}  // namespace weir::cli
