#include <charconv>
#include <memory>
#include <vector>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/feeds";

struct Options {
  std::string file, source, name, last_updated;
  std::vector<std::string> fields, primary_key;
  int error_threshold = -1;
};

Result<void> add_attribute(json::object& field, std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string name(text.substr(0, equals));
  const std::string value(equals == std::string_view::npos ? "" : text.substr(equals + 1));
  if (name == "required" && equals == std::string_view::npos) {
    field["required"] = true;
  } else if (name == "rename" && !value.empty()) {
    field["rename_to"] = value;
  } else if ((name == "format" || name == "semantic") && !value.empty()) {
    field[name] = value;
  } else if (int scale = 0; name == "scale" && !value.empty() &&
                            std::from_chars(value.data(), value.data() + value.size(), scale).ptr ==
                                value.data() + value.size()) {
    field["scale"] = scale;
  } else {
    return fail(Errc::bad_request, "\"" + std::string(text) +
                                       "\" says nothing about a field; use required, rename=NAME, "
                                       "format=PATTERN, scale=DIGITS or semantic=TAG");
  }
  return {};
}

/// "total:decimal,scale=2,rename=order_total,required"
Result<json::object> parse_field(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos)
    return fail(Errc::bad_request, "--field \"" + std::string(text) +
                                       "\" must be NAME:TYPE, as in total:decimal,scale=2");
  json::object field;
  field["name"] = text.substr(0, colon);
  std::string_view rest = text.substr(colon + 1);
  std::size_t comma = rest.find(',');
  field["type"] = rest.substr(0, comma);
  while (comma != std::string_view::npos) {
    rest.remove_prefix(comma + 1);
    comma = rest.find(',');
    WEIR_CHECK(add_attribute(field, rest.substr(0, comma)));
  }
  return field;
}

Result<json::object> feed_of(const Options& options, Terminal& terminal) {
  json::object feed;
  if (!options.file.empty()) {
    WEIR_TRY(feed, read_object(terminal, options.file));
  }
  if (!options.source.empty()) feed["source"] = options.source;
  if (!options.name.empty()) feed["name"] = options.name;
  if (!options.fields.empty()) {
    json::array fields;
    for (const std::string& text : options.fields) {
      WEIR_TRY(json::object field, parse_field(text));
      fields.push_back(std::move(field));
    }
    feed["fields"] = std::move(fields);
  }
  if (!options.primary_key.empty())
    feed["primary_key"] = json::array(options.primary_key.begin(), options.primary_key.end());
  if (!options.last_updated.empty()) feed["last_updated"] = options.last_updated;
  if (options.error_threshold >= 0) feed["error_threshold"] = options.error_threshold;
  for (const char* needed : {"source", "name", "fields", "primary_key"})
    if (!feed.contains(needed))
      return fail(Errc::bad_request, std::string("the feed lacks \"") + needed +
                                         "\"; give it in --file or with flags (weir feed create "
                                         "--help)");
  return feed;
}

void add_create(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(noun, "create", "Add a feed", session,
                          [options](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::object body, feed_of(*options, s.terminal));
                            WEIR_TRY(const json::value feed, api.post(path, body));
                            print_done(s, feed, text_of(feed, "id"));
                            return {};
                          });
  verb.option("--file", options->file, "The feed as JSON; - is standard input; flags go on top");
  verb.option("--source", options->source, "Source: the part before the colon of its table");
  verb.option("--name", options->name, "Name: the part after the colon");
  verb.option("--field", options->fields,
              "NAME:TYPE[,required][,rename=NAME][,format=PATTERN][,scale=DIGITS]"
              "[,semantic=TAG]; once a field");
  verb.option("--primary-key", options->primary_key, "Field of the key; once a field");
  verb.option("--last-updated", options->last_updated, "Field that says which row is newer");
  verb.option("--error-threshold", options->error_threshold,
              "Percent of rows that may be wrong before nothing is loaded")
      .range(0, 100);
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

}  // namespace

void add_feed_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "feed", "Feeds: the schema and key of a domain table");
  add_create(noun, session);
  add_list(noun, session);
  const auto id = std::make_shared<std::string>();
  add_verb(noun, "show", "One feed with its fields", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value feed, api.get(path + "/" + percent_encode(*id)));
             print_item(s, feed);
             return {};
           })
      .option("ID", *id, "Feed id, df-...")
      .required();
  add_verb(noun, "activate", "Make it loadable", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value feed,
                      api.post(path + "/" + percent_encode(*id) + "/activate", json::object{}));
             print_done(s, feed, *id + " is active");
             return {};
           })
      .option("ID", *id, "Feed id, df-...")
      .required();
}

}  // namespace weir::cli
