#include <memory>

#include <boost/json.hpp>

#include "base/case_fold.hpp"
#include "cli/commands/feed_options.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string& path = feeds_path;

void add_create(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<FeedOptions>();
  Command verb = add_verb(
      noun, "create", "Add a feed", session, [options](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::object body, feed_body(*options, s.terminal));
        for (const char* needed : {"source", "name", "fields", "primary_key"})
          if (!body.contains(needed))
            return fail(Errc::bad_request,
                        std::string("the feed lacks \"") + needed +
                            "\"; give it in --file or with flags (weir feed create "
                            "--help)");
        WEIR_TRY(const json::value feed, api.post(path, body));
        print_done(s, feed, text_of(feed, "id"));
        return {};
      });
  add_feed_options(verb, *options);
  verb.footer(
      "Examples:\n"
      "  weir feed create --source Shop --name Orders --primary-key id \\\n"
      "    --field id:integer --field total:decimal,scale=2 --field at:datetime,format=epoch_ms\n"
      "  weir feed draft --stream is-... --json | \\\n"
      "    weir feed create --file - --source Shop --name Orders --primary-key id");
}

void add_list(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command verb =
      add_verb(noun, "list", "All feeds", session, [paging](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value list, fetch_list(api, path, {}, *paging));
        print_list(s, list,
                   {{"ID", "id"},
                    {"SOURCE", "source"},
                    {"NAME", "name"},
                    {"PRIMARY KEY", "primary_key"},
                    {"ACTIVE", "active"},
                    {"CREATED", "created_at"}},
                   "no feeds yet");
        return {};
      });
  add_paging(verb, *paging);
}

void add_show(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  Command verb =
      add_verb(noun, "show", "One feed with its fields", session,
               [id](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const json::value feed, api.get(path + "/" + percent_encode(*id)));
                 print_item(s, feed);
                 return {};
               });
  verb.option("ID", *id, "Feed id, df-...").required();
  verb.footer("Example: weir feed show df-5fQ2kT9x");
}

struct EditOptions {
  std::string id;
  FeedOptions feed;
  std::vector<std::string> dropped;
  bool purge = false, rename_table = false, take_table = false;
};

bool is_named(const json::value& field, const std::string& name) {
  return same_name(text_of(field, "name"), name) || same_name(text_of(field, "rename_to"), name);
}

/// The feed's fields, with those that flags name changed, added and dropped.
Result<json::array> edited_fields(const json::value& feed, const EditOptions& options,
                                  const json::array& given) {
  json::array fields;
  if (const json::value* there = feed.as_object().if_contains("fields")) fields = there->as_array();
  for (const std::string& name : options.dropped) {
    const std::size_t before = fields.size();
    for (auto field = fields.begin(); field != fields.end();)
      field = is_named(*field, name) ? fields.erase(field) : field + 1;
    if (fields.size() == before)
      return fail(Errc::bad_request, "the feed has no field \"" + name + "\" to drop");
  }
  for (const json::value& field : given) {
    const std::string name = text_of(field, "name");
    json::value* found = nullptr;
    for (json::value& each : fields)
      if (same_name(text_of(each, "name"), name)) found = &each;
    if (found == nullptr) {
      fields.push_back(field);
      continue;
    }
    json::object& changed = found->as_object();
    if (text_of(changed, "type") != text_of(field, "type")) {
      changed.erase("format");  // they were of the type
      changed.erase("scale");
    }
    for (const auto& [key, value] : field.as_object())
      changed[key] = value;
  }
  return fields;
}

Result<void> edit(const EditOptions& options, Session& session, Api& api) {
  const std::string one = path + "/" + percent_encode(options.id);
  WEIR_TRY(json::object body, feed_body(options.feed, session.terminal));
  if (!options.feed.fields.empty() || !options.dropped.empty()) {
    WEIR_TRY(const json::value feed, api.get(one));
    if (!feed.is_object())
      return fail(Errc::corrupt, "the feed " + options.id + " was answered as no object");
    const json::array given =
        options.feed.fields.empty() ? json::array() : body.at("fields").as_array();
    WEIR_TRY(body["fields"], edited_fields(feed, options, given));
  }
  if (body.empty()) return fail(Errc::bad_request, "say what to change (weir feed edit --help)");
  if (options.purge) body["purge"] = true;
  if (options.rename_table) body["rename_table"] = true;
  if (options.take_table) body["take_table"] = true;
  const json::value value(std::move(body));
  WEIR_TRY(const json::value feed, api.call("PATCH", one, &value));
  print_done(session, feed, options.id + " is changed");
  return {};
}

void add_edit(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<EditOptions>();
  Command verb = add_verb(noun, "edit", "Change what flags and --file name, keep the rest", session,
                          [options](Session& s, Api& api) { return edit(*options, s, api); });
  verb.option("ID", options->id, "Feed id, df-...").required();
  add_feed_options(verb, options->feed);
  verb.option("--drop-field", options->dropped, "Field to delete; once a field");
  verb.flag("--purge", options->purge, "Remove the table's rows if the change needs it");
  verb.flag("--rename-table", options->rename_table,
            "With another name: the table gets it, with its rows");
  verb.flag("--take-table", options->take_table,
            "With another name: go on with a table that an earlier feed left");
  verb.footer(
      "A --field changes the one that comes in under its name, or is added.\n"
      "Examples:\n"
      "  weir feed edit df-5fQ2kT9x --field total:decimal,scale=4 --drop-field note\n"
      "  weir feed edit df-5fQ2kT9x --primary-key id --primary-key line --purge\n"
      "  weir feed edit df-5fQ2kT9x --name Sales --rename-table");
}

}  // namespace

void add_feed_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "feed", "Feeds: the schema and key of a domain table");
  add_feed_draft_commands(noun, session);
  add_create(noun, session);
  add_list(noun, session);
  add_show(noun, session);
  add_edit(noun, session);
  add_feed_table_commands(noun, session);
}

}  // namespace weir::cli
