#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/credentials";

struct Options {
  std::string id, name, description;
};
using OptionsPtr = std::shared_ptr<Options>;

std::string one(const OptionsPtr& options) {
  return path + "/" + percent_encode(options->id);
}

void add_changes(Command noun, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command add = add_verb(
      noun, "add", "Add a credential", session, [options](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value credential,
                 api.post(path, json::object{{"name", options->name},
                                             {"description", options->description}}));
        print_done(s, credential, text_of(credential, "id"));
        return {};
      });
  add.option("--name", options->name, "Name, as in acme-streaming-ingest").required();
  add.option("--description", options->description, "What it is for");
  Command edit =
      add_verb(noun, "edit", "Change what is named, keep the rest", session,
               [options](Session& s, Api& api) -> Result<void> {
                 WEIR_TRY(const json::value before, api.get(one(options)));
                 json::object body{{"name", text_of(before, "name")},
                                   {"description", text_of(before, "description")}};
                 if (!options->name.empty()) body["name"] = options->name;
                 if (!options->description.empty()) body["description"] = options->description;
                 const json::value value(std::move(body));
                 WEIR_TRY(const json::value credential, api.call("PUT", one(options), &value));
                 print_done(s, credential, options->id + " is changed");
                 return {};
               });
  edit.option("ID", options->id, "Credential id, cd-...").required();
  edit.option("--name", options->name, "Another name");
  edit.option("--description", options->description, "Another description");
}

void add_looks(Command noun, const SessionPtr& session) {
  const auto paging = std::make_shared<Paging>();
  Command list = add_verb(noun, "list", "All credentials", session,
                          [paging](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::value all, fetch_list(api, path, {}, *paging));
                            print_list(s, all,
                                       {{"ID", "id"},
                                        {"NAME", "name"},
                                        {"DESCRIPTION", "description"},
                                        {"CREATED", "created_at"}},
                                       "no credentials yet");
                            return {};
                          });
  add_paging(list, *paging);
  const auto options = std::make_shared<Options>();
  add_verb(noun, "show", "One credential", session,
           [options](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value credential, api.get(one(options)));
             print_item(s, credential);
             return {};
           })
      .option("ID", options->id, "Credential id, cd-...")
      .required();
  add_verb(noun, "delete", "Remove it; refused while a courier names it", session,
           [options](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value answer, api.call("DELETE", one(options)));
             print_done(s, answer, options->id + " is deleted");
             return {};
           })
      .option("ID", options->id, "Credential id, cd-...")
      .required();
}

}  // namespace

void add_credential_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "credential", "Credentials that couriers may name");
  add_changes(noun, session);
  add_looks(noun, session);
}

}  // namespace weir::cli
