#include <cmath>
#include <memory>
#include <ostream>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"

// One line a field, indented below what it is in, and then what changed: the answer to "why is this
// column empty since this morning?" should fit a terminal.
namespace weir::cli {
namespace {

namespace json = boost::json;

std::string percent(const json::value& share) {
  if (!share.is_number()) return "";
  const double value = 100 * share.to_number<double>();
  if (value > 0 && value < 1) return "<1 %";
  if (value < 100 && value > 99) return ">99 %";
  return std::to_string(std::lround(value)) + " %";
}

const json::array& array_in(const json::value& item, const char* member) {
  static const json::array none;
  const json::value* found = item.is_object() ? item.as_object().if_contains(member) : nullptr;
  return found != nullptr && found->is_array() ? found->as_array() : none;
}

std::string joined(const json::array& values, const char* member) {
  std::string out;
  for (const json::value& each : values) {
    if (!out.empty()) out += ", ";
    out += member == nullptr ? cell_text(each) : text_of(each, member);
  }
  return out;
}

std::string last_name(const std::string& path, std::int64_t depth) {
  if (depth == 0) return path;
  if (path.ends_with("[]")) return "[]";
  const std::size_t quote = path.ends_with('`') ? path.rfind('`', path.size() - 2) : path.npos;
  const std::size_t dot = path.rfind('.', quote);
  return dot == path.npos ? path : path.substr(dot + 1);
}

TextTable table_of(const json::array& fields) {
  TextTable table{{{"FIELD"},
                   {"TYPES"},
                   {"SHARE", true},
                   {"DAY", true},
                   {"WEEK", true},
                   {"SINCE"},
                   {"EXAMPLES"}},
                  {},
                  ""};
  for (const json::value& each : fields) {
    const json::object& field = each.as_object();
    const std::int64_t depth = field.at("depth").to_number<std::int64_t>();
    const bool is_data = field.at("keys_are_data").as_bool();
    table.rows.push_back({std::string(2 * static_cast<std::size_t>(depth), ' ') +
                              last_name(text_of(each, "path"), depth) +
                              (is_data ? " (keys are data)" : ""),
                          joined(array_in(each, "types"), "type"), percent(field.at("share")),
                          percent(field.at("share_of_day")), percent(field.at("share_of_week")),
                          text_of(each, "first_seen_at").substr(0, 10),
                          shorten(joined(array_in(each, "examples"), "text"), 40)});
  }
  return table;
}

std::string sentence_of(const json::value& change) {
  const json::object& members = change.as_object();
  const std::string path = text_of(change, "path");
  const std::string kind = text_of(change, "kind");
  const std::string before = percent(members.at("share_before"));
  const std::string now = percent(members.at("share_now"));
  if (kind == "gone") return path + " is gone; " + before + " had it";
  if (kind == "new") return path + " is new, in " + now;
  if (kind == "type_changed")
    return path + " was " + joined(array_in(change, "types_before"), nullptr) + ", is " +
           joined(array_in(change, "types_now"), nullptr);
  return path + " is in " + now + "; it was in " + before;
}

void print_fields(Session& session, const json::value& answer) {
  std::ostream& out = session.terminal.out;
  const json::array& fields = array_in(answer, "fields");
  if (fields.empty()) {
    out << "no fields yet; they are known once a batch file is closed\n";
    return;
  }
  out << render(table_of(fields));
  const json::object& day = answer.at("day").as_object();
  out << "\n"
      << text_of(answer, "looked_at") << " of " << text_of(answer, "payloads")
      << " payloads looked at";
  if (answer.at("is_cut").as_bool()) out << "; there are more fields than are listed";
  const json::array& changes = array_in(answer, "changes");
  out << "\n"
      << text_of(day, "day") << " against the week before: " << (changes.empty() ? "no change" : "")
      << "\n";
  for (const json::value& each : changes)
    out << "  " << visible(sentence_of(each)) << "\n";
}

}  // namespace

void add_stream_fields(Command noun, const SessionPtr& session) {
  struct Options {
    std::string id, day;
  };
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(
      noun, "fields", "Which fields its payloads have, and what changed against the week before",
      session, [options](Session& s, Api& api) -> Result<void> {
        std::string path = "/api/v0/streams/" + percent_encode(options->id) + "/fields";
        if (!options->day.empty()) path += "?day=" + percent_encode(options->day);
        WEIR_TRY(const json::value answer, api.get(path));
        if (s.json)
          print_item(s, answer);
        else
          print_fields(s, answer);
        return {};
      });
  verb.option("ID", options->id, "Stream id, is-...").required();
  verb.option("--day", options->day, "UTC day that is compared; today, where it is left out");
  verb.footer("Example: weir stream fields is-2hzqsgX1E --day 2026-11-28");
}

}  // namespace weir::cli
