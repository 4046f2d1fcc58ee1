#include <memory>
#include <optional>
#include <ostream>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/commands/stream_validate.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/streams";

void add_create(Command noun, const SessionPtr& session) {
  struct Options {
    std::string name, description, type, xml_check;
    std::uint32_t batch_age_s = 0;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "create", "Add a stream", session, [options](Session& s, Api& api) -> Result<void> {
        json::object body{{"name", options->name}, {"description", options->description}};
        if (!options->type.empty()) body["payload_type"] = options->type;
        if (!options->xml_check.empty()) body["xml_check"] = options->xml_check;
        if (options->batch_age_s > 0) body["batch_age_s"] = options->batch_age_s;
        WEIR_TRY(const json::value stream, api.post(path, body));
        print_done(s, stream, text_of(stream, "id") + "  " + text_of(stream, "ingest_url"));
        return {};
      });
  verb.option("--name", options->name, "Name, for people").required();
  verb.option("--description", options->description, "What it carries");
  verb.option("--type", options->type,
              "What its payloads are; without, the first accepted one decides")
      .one_of({"json", "xml"});
  verb.option("--xml-check", options->xml_check,
              "sync: XML that does not parse is refused; async: it goes to the quarantine")
      .one_of({"sync", "async"});
  verb.option("--batch-age", options->batch_age_s,
              "Seconds after which its batches are closed at the latest; 1 for live tables");
}

void add_list(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command verb = add_verb(noun, "list", "All streams", session,
                          [paging](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::value list, fetch_list(api, path, {}, *paging));
                            print_list(s, list,
                                       {{"ID", "id"},
                                        {"NAME", "name"},
                                        {"TYPE", "payload_type"},
                                        {"DESCRIPTION", "description"},
                                        {"CREATED", "created_at"}},
                                       "no streams yet; weir stream create --name NAME adds one");
                            return {};
                          });
  add_paging(verb, *paging);
}

void add_of_one(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  add_verb(noun, "show", "One stream", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value stream, api.get(path + "/" + percent_encode(*id)));
             print_item(s, stream);
             return {};
           })
      .option("ID", *id, "Stream id, is-...")
      .required();
  add_verb(noun, "flush", "Close its open batch now, so that couriers see all of it", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value answer,
                      api.post(path + "/" + percent_encode(*id) + "/flush", json::object{}));
             json::object list;
             if (const json::value* batches =
                     answer.is_object() ? answer.as_object().if_contains("batches") : nullptr)
               list["items"] = *batches;
             print_list(s, s.json ? answer : json::value(list),
                        {{"PATH", "path"}, {"RECORDS", "records", true}, {"BYTES", "bytes", true}},
                        "nothing was waiting; every record is in a file already");
             return {};
           })
      .option("ID", *id, "Stream id, is-...")
      .required();
}

void add_edit(Command noun, const SessionPtr& session) {
  struct Options {
    std::string id;
    std::optional<std::string> name, description;
  };
  const auto options = std::make_shared<Options>();
  Command verb =
      add_verb(noun, "edit", "Change its name or description", session,
               [options](Session& s, Api& api) -> Result<void> {
                 const std::string one = path + "/" + percent_encode(options->id);
                 WEIR_TRY(const json::value now, api.get(one));
                 const json::value body{
                     {"name", options->name.value_or(text_of(now, "name"))},
                     {"description", options->description.value_or(text_of(now, "description"))}};
                 WEIR_TRY(const json::value stream, api.call("PUT", one, &body));
                 print_done(s, stream, options->id + " is updated");
                 return {};
               });
  verb.option("ID", options->id, "Stream id, is-...").required();
  verb.option("--name", options->name, "Name, for people");
  verb.option("--description", options->description, "What it carries");
}

void add_delete(Command noun, const SessionPtr& session) {
  const auto id = std::make_shared<std::string>();
  add_verb(noun, "delete", "It takes no payloads any more; its files and receipts stay", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value answer,
                      api.call("DELETE", path + "/" + percent_encode(*id)));
             print_done(s, answer, *id + " is deleted");
             return {};
           })
      .option("ID", *id, "Stream id, is-...")
      .required();
}

void add_batch_age(Command noun, const SessionPtr& session) {
  struct Options {
    std::string id;
    std::uint32_t seconds = 0;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "batch-age", "Say how old its batches become at most", session,
      [options](Session& s, Api& api) -> Result<void> {
        json::object body{{"batch_age_s", nullptr}};
        if (options->seconds > 0) body["batch_age_s"] = options->seconds;
        const json::value sent(std::move(body));
        WEIR_TRY(const json::value stream,
                 api.call("PUT", path + "/" + percent_encode(options->id) + "/batch-age", &sent));
        print_done(s, stream, options->id + " is updated");
        return {};
      });
  verb.option("ID", options->id, "Stream id, is-...").required();
  verb.option("SECONDS", options->seconds, "1 to 3600; 0 for what the server has set").required();
}

void add_samples(Command noun, const SessionPtr& session) {
  struct Options {
    std::string id, format;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "samples", "How to send to it, to be copied: Postman, cURL, HTTP or Python", session,
      [options](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const std::string sample, api.get_text(path + "/" + percent_encode(options->id) +
                                                        "/samples/" + options->format));
        s.terminal.out << sample << (sample.ends_with('\n') ? "" : "\n");
        return {};
      });
  verb.option("ID", options->id, "Stream id, is-...").required();
  verb.option("--format", options->format, "postman is a collection v2.1, to be imported")
      .required()
      .one_of({"postman", "curl", "http", "python"});
}

}  // namespace

void add_stream_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "stream", "Streams: where payloads are sent to");
  add_create(noun, session);
  add_list(noun, session);
  add_of_one(noun, session);
  add_edit(noun, session);
  add_delete(noun, session);
  add_batch_age(noun, session);
  add_samples(noun, session);
  add_stream_fields(noun, session);
  add_stream_validate(noun, session);
}

}  // namespace weir::cli
