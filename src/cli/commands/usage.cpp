#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

const std::vector<ListColumn> counts{{"PAYLOADS", "payloads", true},
                                     {"BYTES", "bytes", true},
                                     {"FILES", "files", true},
                                     {"DUPLICATES", "duplicates", true},
                                     {"QUARANTINED", "quarantined", true},
                                     {"REFUSED", "refused", true}};

std::vector<ListColumn> with_counts(std::vector<ListColumn> columns) {
  columns.insert(columns.end(), counts.begin(), counts.end());
  return columns;
}

}  // namespace

void add_usage_command(Command app, const SessionPtr& session) {
  struct Options {
    std::string stream, from, to;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      app, "usage", "What streams took, by UTC day; the last 30 days", session,
      [options](Session& s, Api& api) -> Result<void> {
        WEIR_TRY(const json::value answer,
                 api.get(with_query("/api/v0/usage", {{"stream_id", options->stream},
                                                      {"from", options->from},
                                                      {"to", options->to}})));
        if (s.json || !answer.is_object()) {
          print_item(s, answer);
          return {};
        }
        const json::object& said = answer.as_object();
        print_list(s, json::object{{"items", said.at("days")}}, with_counts({{"DAY", "day"}}), "");
        if (!said.contains("streams")) return {};
        s.terminal.out << "\n";
        print_list(s, json::object{{"items", said.at("streams")}},
                   with_counts({{"STREAM", "stream_id"}, {"NAME", "name"}}),
                   "no stream took a payload");
        s.terminal.out << "\n"
                       << text_of(answer, "tables_loaded") << " tables loaded, "
                       << text_of(answer, "couriers_run") << " couriers run\n";
        return {};
      });
  verb.option("--stream", options->stream, "Of this stream, is-...");
  verb.option("--from", options->from, "The first day, as in 2027-03-02");
  verb.option("--to", options->to, "The day after the last one");
  verb.footer("Example: weir usage --from 2027-03-01 --to 2027-04-01");
}

}  // namespace weir::cli
