#include <memory>
#include <ostream>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::string path = "/api/v0/audit-events";

struct Filter {
  std::string from, to, type, by, object;
  std::map<std::string, std::string> query() const {
    return {{"happened_from", from},
            {"happened_to", to},
            {"type", type},
            {"principal_id", by},
            {"object", object}};
  }
};

void add_filter(Command verb, Filter& filter) {
  verb.option("--from", filter.from, "Not before then: 2027-03-02T08:00:00Z");
  verb.option("--to", filter.to, "Before then");
  verb.option("--type", filter.type, "Of this type, stream/created, or of a kind, stream/");
  verb.option("--by", filter.by, "What this API key or user did: tak-... or us-...");
  verb.option("--object", filter.object, "What was done to this thing");
}

}  // namespace

void add_audit_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "audit", "The audit log: who did what, when and from where");
  const auto filter = std::make_shared<Filter>();
  const auto paging = std::make_shared<Paging>();
  Command list = add_verb(noun, "list", "Audit events, newest first", session,
                          [filter, paging](Session& s, Api& api) -> Result<void> {
                            WEIR_TRY(const json::value events,
                                     fetch_list(api, path, filter->query(), *paging));
                            print_list(s, events,
                                       {{"HAPPENED", "happened_at"},
                                        {"TYPE", "event_type"},
                                        {"OBJECT", "object"},
                                        {"NAME", "object_name"},
                                        {"BY", "principal_name"},
                                        {"ID", "principal_id"},
                                        {"FROM", "origin_ip"}},
                                       "nothing was changed yet");
                            return {};
                          });
  add_filter(list, *filter);
  add_paging(list, *paging);
  const auto exported = std::make_shared<Filter>();
  Command csv = add_verb(noun, "export", "The same as CSV, to standard output", session,
                         [exported](Session& s, Api& api) -> Result<void> {
                           WEIR_TRY(const std::string text,
                                    api.get_text(with_query(path + ".csv", exported->query())));
                           s.terminal.out << text;
                           return {};
                         });
  add_filter(csv, *exported);
}

}  // namespace weir::cli
