#include <memory>
#include <set>
#include <string>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/commands/run_range.hpp"
#include "cli/commands/workflow.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/couriers";

struct Options {
  std::string id, file, name, stream_id, format, tag, prefix, operations, feed_id, trigger;
  std::string kind, location, folder, settings, credential_id;
};

/// The tag that --feed loads: of the only file of the load settings, or the courier's own.
Result<json::value> tag_to_load(const json::object& courier) {
  if (const json::value* tag = courier.if_contains("file_tag")) return *tag;
  const json::value* settings = courier.if_contains("load_settings");
  const json::array* entries = settings == nullptr ? nullptr : settings->if_array();
  if (entries != nullptr && entries->size() == 1 && entries->front().is_object()) {
    const json::value* land_as = entries->front().as_object().if_contains("object/land-as");
    if (land_as != nullptr && land_as->is_object() && land_as->as_object().contains("file/tag"))
      return land_as->as_object().at("file/tag");
  }
  return fail(Errc::bad_request,
              "--feed loads the only file there is; name the files of several with "
              "--load-operations");
}

/// What flags and --file say, over `courier`.
Result<json::object> merge(json::object courier, const Options& options, Terminal& terminal) {
  if (!options.file.empty()) {
    WEIR_TRY(const json::object given, read_object(terminal, options.file));
    for (const auto& [name, value] : given)
      courier[name] = value;
  }
  if (!options.name.empty()) courier["name"] = options.name;
  if (!options.stream_id.empty()) courier["stream_id"] = options.stream_id;
  if (!options.format.empty()) courier["file_format"] = options.format;
  if (!options.tag.empty()) courier["file_tag"] = options.tag;
  if (!options.prefix.empty()) courier["file_pattern_prefix"] = options.prefix;
  if (!options.trigger.empty()) courier["trigger"] = options.trigger;
  if (!options.kind.empty()) courier["kind"] = options.kind;
  if (!options.location.empty()) courier["location"] = options.location;
  if (!options.folder.empty()) courier["folder"] = options.folder;
  if (!options.credential_id.empty()) courier["credential_id"] = options.credential_id;
  if (!options.settings.empty()) {
    WEIR_TRY(courier["load_settings"], read_json(terminal, options.settings));
  }
  const json::value* kind = courier.if_contains("kind");
  const bool of_files = kind != nullptr && *kind == "file";
  if (!of_files && !courier.contains("file_tag")) courier["file_tag"] = "streaming";
  if (!options.operations.empty()) {
    WEIR_TRY(courier["load_operations"], read_object(terminal, options.operations));
  }
  if (!options.feed_id.empty()) {
    WEIR_TRY(const json::value tag, tag_to_load(courier));
    courier["load_operations"] =
        json::object{{options.feed_id, json::array{json::object{{"type", "load"}, {"file", tag}}}}};
  }
  if (!courier.contains("load_operations")) courier["load_operations"] = json::object{};
  return courier;
}

void add_settings(Command verb, Options& options) {
  verb.option("--file", options.file, "The courier as JSON; - is standard input; flags go on top");
  verb.option("--name", options.name, "Name, for people");
  verb.option("--kind", options.kind, "What it reads: a stream's batches, or files of others")
      .one_of({"stream", "file"});
  verb.option("--stream", options.stream_id, "Stream id, is-...");
  verb.option("--location", options.location,
              "Where the files are: in the server's folder of the tenant, or in its store")
      .one_of({"folder", "store"});
  verb.option("--folder", options.folder, "Their folder below the tenant's");
  verb.option("--settings", options.settings, "A file with the load settings of a file courier");
  verb.option("--credential", options.credential_id, "A credential, cd-..., for form's sake");
  verb.option("--format", options.format, "Of its files; XML reads the CBOR batches")
      .one_of({"NDJSON", "JSON", "XML"});
  verb.option("--tag", options.tag, "File tag the load operations know the files by (streaming)");
  verb.option("--prefix", options.prefix, "Only this hour of each day, 00 to 24");
  verb.option("--trigger", options.trigger, "What starts it; each_batch makes its tables live")
      .one_of({"by_hand", "each_batch"});
  Option operations =
      verb.option("--load-operations", options.operations, "A file with the load operations");
  verb.option("--feed", options.feed_id, "Load the files as they are into this feed, df-...")
      .excludes(operations);
}

/// `create` and `update` have the names that groups and alerts have for it, too.
void add_creating(Command noun, const SessionPtr& session, const std::string& verb) {
  const auto options = std::make_shared<Options>();
  add_settings(add_verb(noun, verb, "Add a courier", session,
                        [options](Session& s, Api& api) -> Result<void> {
                          WEIR_TRY(const json::object body, merge({}, *options, s.terminal));
                          WEIR_TRY(const json::value courier, api.post(path, body));
                          print_done(s, courier, text_of(courier, "id"));
                          return {};
                        }),
               *options);
}

/// What a courier of files has no use for; the API refuses it there.
const std::set<std::string> of_streams{"stream_id", "file_format", "file_tag",
                                       "file_pattern_prefix"};

void add_changing(Command noun, const SessionPtr& session, const std::string& verb) {
  const auto options = std::make_shared<Options>();
  Command update = add_verb(
      noun, verb, "Change what flags and --file name, keep the rest", session,
      [options](Session& s, Api& api) -> Result<void> {
        const std::string one = path + "/" + percent_encode(options->id);
        WEIR_TRY(json::value before, api.get(one));
        if (!before.is_object())
          return fail(Errc::corrupt, "the courier " + options->id + " was answered as no object");
        json::object kept;
        const bool of_files = text_of(before, "kind") == "file";
        for (const char* name : {"name", "kind", "stream_id", "file_format", "file_tag",
                                 "file_pattern_prefix", "location", "folder", "load_settings",
                                 "credential_id", "load_operations", "trigger"}) {
          const json::value* value = before.as_object().if_contains(name);
          if (value != nullptr && !(of_files && of_streams.contains(name))) kept[name] = *value;
        }
        WEIR_TRY(json::object merged, merge(std::move(kept), *options, s.terminal));
        const json::value body(std::move(merged));
        WEIR_TRY(const json::value courier, api.call("PUT", one, &body));
        print_done(s, courier, options->id + " is updated");
        return {};
      });
  update.option("ID", options->id, "Courier id, cr-...").required();
  add_settings(update, *options);
}

void add_list(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command verb = add_verb(noun, "list", "All couriers", session,
                          [paging](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::value list, fetch_list(api, path, {}, *paging));
                            print_list(s, list,
                                       {{"ID", "id"},
                                        {"NAME", "name"},
                                        {"KIND", "kind"},
                                        {"STREAM", "stream_id"},
                                        {"FORMAT", "file_format"},
                                        {"TAG", "file_tag"},
                                        {"PREFIX", "file_pattern_prefix"},
                                        {"TRIGGER", "trigger"},
                                        {"CREATED", "created_at"}},
                                       "no couriers yet");
                            return {};
                          });
  add_paging(verb, *paging);
}

void add_copy(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto name = std::make_shared<std::string>();
  Command copy = add_verb(noun, "copy", "Add one with the same settings, started by hand", session,
                          [id, name](Session& s, Api& api) -> Result<void> {
                            json::object body;
                            if (!name->empty()) body["name"] = *name;
                            WEIR_TRY(const json::value courier,
                                     api.post(path + "/" + percent_encode(*id) + "/copy", body));
                            print_done(s, courier, text_of(courier, "id"));
                            return {};
                          });
  copy.option("ID", *id, "Courier id, cr-...").required();
  copy.option("--name", *name, "Of the copy; without, one that no courier has");
}

void print_verdict(Session& session, const std::string& id, const json::value& answer) {
  const json::value* valid = answer.is_object() ? answer.as_object().if_contains("valid") : nullptr;
  if (valid == nullptr || !valid->is_bool() || valid->as_bool())
    return print_done(session, answer, id + " is valid");
  session.terminal.exit_code = outcome_of(Errc::bad_request).exit_code;
  print_done(session, answer, id + " is not valid: " + text_of(answer, "message"));
}

void add_of_one(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto one = [id] { return path + "/" + percent_encode(*id); };
  const auto with_id = [id](Command verb) {
    verb.option("ID", *id, "Courier id, cr-...").required();
  };
  with_id(add_verb(noun, "show", "One courier with its load operations", session,
                   [one](Session& s, Api& api) -> Result<void> {
                     WEIR_TRY(const json::value courier, api.get(one()));
                     print_item(s, courier);
                     return {};
                   }));
  with_id(add_verb(noun, "validate", "Check that its feeds, queries and settings fit", session,
                   [id, one](Session& s, Api& api) -> Result<void> {
                     WEIR_TRY(const json::value answer,
                              api.post(one() + "/validate", json::object{}));
                     print_verdict(s, *id, answer);
                     return {};
                   }));
  with_id(add_verb(noun, "delete", "Remove it; feeds and tables stay", session,
                   [id, one](Session& s, Api& api) -> Result<void> {
                     WEIR_TRY(const json::value answer, api.call("DELETE", one()));
                     print_done(s, answer, *id + " is deleted");
                     return {};
                   }));
}

void add_run(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  const auto options = std::make_shared<RunRange>();
  Command verb = add_verb(noun, "run", "Load what its stream received, or its files", session,
                          [id, options](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::object body, run_body(*options));
                            WEIR_TRY(const json::value run,
                                     api.post(path + "/" + percent_encode(*id) + "/runs", body));
                            return print_started(s, api, run, options->wait,
                                                 text_of(run, "id") + "  " + text_of(run, "state"));
                          });
  verb.option("ID", *id, "Courier id, cr-...").required();
  add_run_range(verb, *options);
}

}  // namespace

void add_courier_commands(Command app, const SessionPtr& session) {
  Command noun =
      add_noun(app, "courier", "Couriers: what loads a stream's batches, or files, and where to");
  for (const char* const verb : {"create", "add"})
    add_creating(noun, session, verb);
  for (const char* const verb : {"update", "edit"})
    add_changing(noun, session, verb);
  add_copy(noun, session);
  add_list(noun, session);
  add_of_one(noun, session);
  add_run(noun, session);
}

}  // namespace weir::cli
