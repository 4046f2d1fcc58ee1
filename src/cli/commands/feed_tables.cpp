#include <memory>

#include <boost/json.hpp>

#include "cli/commands/feed_options.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/commands/run_range.hpp"
#include "cli/commands/workflow.hpp"

/// What is done with a feed and its table: activate, copy, load, truncate, delete.
namespace weir::cli {
namespace {

namespace json = boost::json;

struct Options {
  std::string id, source, name;
  bool load_sample = false, take_table = false, yes = false;
  RunRange range;

  std::string path(const std::string& action = "") const {
    return feeds_path + "/" + percent_encode(id) + action;
  }
};
using OptionsPtr = std::shared_ptr<Options>;

Command add(Command noun, const SessionPtr& session, const OptionsPtr& options,
            const std::string& name, const std::string& meaning, const std::string& example,
            Act act) {
  Command verb = add_verb(noun, name, meaning, session, std::move(act));
  verb.option("ID", options->id, "Feed id, df-...").required();
  verb.footer("Example: weir feed " + name + " df-5fQ2kT9x" + example);
  return verb;
}

void add_activate(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command verb = add(noun, session, options, "activate", "Make it loadable", " --load-sample",
                     [options](Session& s, Api& api) -> Result<void> {
                       json::object body;
                       if (options->load_sample) body["load_sample"] = true;
                       if (options->take_table) body["take_table"] = true;
                       WEIR_TRY(const json::value feed, api.post(options->path("/activate"), body));
                       std::string sentence = options->id + " is active";
                       if (const json::value* counts =
                               feed.is_object() ? feed.as_object().if_contains("loaded") : nullptr)
                         sentence += "; of its sample, " + text_of(*counts, "inserted") +
                                     " rows were inserted, " + text_of(*counts, "errors") +
                                     " had errors";
                       print_done(s, feed, sentence);
                       return {};
                     });
  verb.flag("--load-sample", options->load_sample, "Load the batch file that it was made from");
  verb.flag("--take-table", options->take_table,
            "Go on with the rows of a table that an earlier feed left");
}

void add_copy(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command verb = add(noun, session, options, "copy", "Add one like it, as a draft",
                     " --name Returns", [options](Session& s, Api& api) -> Result<void> {
                       json::object body;
                       if (!options->source.empty()) body["source"] = options->source;
                       if (!options->name.empty()) body["name"] = options->name;
                       WEIR_TRY(const json::value feed, api.post(options->path("/copy"), body));
                       print_done(s, feed, text_of(feed, "id"));
                       return {};
                     });
  verb.option("--source", options->source, "Its source; without it, the same one");
  verb.option("--name", options->name, "Its name; without it, the same one");
}

json::array runs_of(const json::value& started) {
  const json::value* runs = started.is_object() ? started.as_object().if_contains("runs") : nullptr;
  return runs != nullptr && runs->is_array() ? runs->as_array() : json::array();
}

Result<void> load(const Options& options, Session& session, Api& api) {
  WEIR_TRY(const json::object body, run_body(options.range));
  WEIR_TRY(const json::value started, api.post(options.path("/load"), body));
  if (!options.range.wait) {
    std::string sentence;
    for (const json::value& run : runs_of(started))
      sentence +=
          (sentence.empty() ? "" : "\n") + text_of(run, "id") + "  " + text_of(run, "state");
    print_done(session, started, sentence);
    return {};
  }
  for (const json::value& run : runs_of(started)) {
    WEIR_TRY(const json::value over, wait_for_run(session.terminal, api, text_of(run, "id")));
    print_run(session, over);
  }
  return {};
}

void add_load(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command verb = add(noun, session, options, "load", "Load new data, by its couriers",
                     " --day 2027-03-02 --wait",
                     [options](Session& s, Api& api) { return load(*options, s, api); });
  add_run_range(verb, options->range);
}

void add_truncate(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  add(noun, session, options, "truncate", "Remove all rows of its table", "",
      [options](Session& s, Api& api) -> Result<void> {
        WEIR_CHECK(confirm(s, options->yes, "All rows of the table of " + options->id + " go."));
        WEIR_TRY(const json::value feed, api.post(options->path("/truncate"), json::object{}));
        print_done(s, feed, "\"" + text_of(feed, "table") + "\" is empty");
        return {};
      })
      .flag("--yes", options->yes, "Do not ask");
}

void add_purge(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  add(noun, session, options, "purge", "Make its table anew, without rows and former columns", "",
      [options](Session& s, Api& api) -> Result<void> {
        WEIR_CHECK(confirm(s, options->yes, "The table of " + options->id + " is made anew."));
        WEIR_TRY(const json::value feed, api.post(options->path("/purge"), json::object{}));
        print_done(s, feed, "\"" + text_of(feed, "table") + "\" is as new");
        return {};
      })
      .flag("--yes", options->yes, "Do not ask");
}

void add_delete(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  add(noun, session, options, "delete", "Remove it; its table stays", "",
      [options](Session& s, Api& api) -> Result<void> {
        WEIR_CHECK(confirm(s, options->yes, "Feed " + options->id + " goes; its table stays."));
        WEIR_TRY(const json::value answer, api.call("DELETE", options->path()));
        print_done(s, answer, options->id + " is deleted");
        return {};
      })
      .flag("--yes", options->yes, "Do not ask");
}

}  // namespace

void add_feed_table_commands(Command noun, const SessionPtr& session) {
  add_activate(noun, session);
  add_copy(noun, session);
  add_load(noun, session);
  add_truncate(noun, session);
  add_purge(noun, session);
  add_delete(noun, session);
}

}  // namespace weir::cli
