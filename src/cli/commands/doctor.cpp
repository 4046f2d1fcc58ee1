#include <ostream>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

/// A part of the answer as a list document.
json::value list_of(const json::value& answer, const char* member) {
  const json::object* object = answer.if_object();
  const json::value* items = object ? object->if_contains(member) : nullptr;
  return json::object{{"items", items ? *items : json::value(json::array())}};
}

bool is_healthy(const json::value& answer) {
  const json::object* object = answer.if_object();
  const json::value* healthy = object ? object->if_contains("healthy") : nullptr;
  return healthy && healthy->is_bool() && healthy->get_bool();
}

void print(Session& session, const json::value& answer) {
  if (session.json) {
    print_item(session, answer);
    return;
  }
  print_list(session, list_of(answer, "checks"),
             {{"CHECK", "name"}, {"STATE", "state"}, {"FOUND", "message"}}, "no checks");
  session.terminal.out << "\n";
  print_list(session, list_of(answer, "streams"),
             {{"STREAM", "stream_id"},
              {"ACCEPTED", "accepted", true},
              {"ACCOUNTED FOR", "accounted", true},
              {"IN LOG", "in_log", true}},
             "no stream has taken a payload yet");
  if (list_of(answer, "differences").at("items").as_array().empty()) return;
  session.terminal.out << "\n";
  print_list(session, list_of(answer, "differences"),
             {{"STREAM", "stream_id"}, {"DIFFERENCE", "message"}}, "");
}

}  // namespace

void add_doctor_command(Command app, const SessionPtr& session) {
  add_verb(app, "doctor", "Is all well: conservation, the log, the batcher, the disk", session,
           [](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const json::value answer, api.get("/api/v0/doctor"));
             print(s, answer);
             if (is_healthy(answer)) return {};
             return fail(Errc::internal, "not all is well: see the checks in state alarm");
           });
}

}  // namespace weir::cli
