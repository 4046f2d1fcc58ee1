#include "cli/demo/github_events.hpp"

#include <boost/json.hpp>

#include "cli/demo/moments.hpp"

namespace weir::cli::demo {
namespace {

namespace json = boost::json;

constexpr std::uint64_t first_job_id = 40'000'000'000;
constexpr std::uint64_t first_issue_id = 2'800'000'000;

json::object* object_in(json::object& parent, json::string_view name) {
  json::value* member = parent.if_contains(name);
  return member != nullptr ? member->if_object() : nullptr;
}

std::string text_in(const json::object& parent, json::string_view name) {
  const json::value* member = parent.if_contains(name);
  return member != nullptr && member->is_string() ? json::value_to<std::string>(*member) : "";
}

/// The job's steps as rows of their attempt.
void expect_steps(const json::object& job, Payload& payload) {
  const json::value* steps = job.if_contains("steps");
  if (steps == nullptr || !steps->is_array()) return;
  const std::string attempt = json::serialize(job.at("run_attempt"));
  for (const json::value& step : steps->as_array())
    payload.rows.push_back(
        {Table::job_steps,
         json::serialize(job.at("id")) + "|" + json::serialize(step.as_object().at("number")),
         attempt, std::stoull(attempt)});
}

/// One row a label; an issue without labels is one row all the same (LATERAL VIEW OUTER).
void expect_labels(const json::object& issue, std::uint64_t rank, Payload& payload) {
  const std::string id = json::serialize(issue.at("id"));
  const std::string title = text_in(issue, "title");
  const json::value* labels = issue.if_contains("labels");
  if (labels == nullptr || !labels->is_array() || labels->as_array().empty()) {
    payload.rows.push_back({Table::issue_labels, id + "|(none)", title, rank});
    return;
  }
  for (const json::value& label : labels->as_array())
    payload.rows.push_back(
        {Table::issue_labels, id + "|" + text_in(label.as_object(), "name"), title, rank});
}

void renew_job(json::object& job, std::uint64_t n) {
  job["id"] = first_job_id + n;
  job["run_id"] = first_job_id / 4 + n / 3;
  job["run_attempt"] = 1;
}

void renew_issue(json::object& issue, std::uint64_t n, Time at, DemoRandom& random) {
  issue["id"] = first_issue_id + n;
  issue["number"] = n;
  issue["title"] = text_in(issue, "title") + " #" + std::to_string(n);
  issue["updated_at"] = moment(at);
  json::value* labels = issue.if_contains("labels");
  if (labels == nullptr || !labels->is_array()) return;
  if (random.once_in(8)) labels->as_array().clear();
  std::uint64_t id = 1'362'934'390;
  for (const char* name : {"documentation", "good first issue", "help wanted"}) {
    ++id;
    if (random.once_in(3))
      labels->as_array().push_back({{"id", id}, {"name", name}, {"default", true}});
  }
}

void renew_commits(json::object& event, DemoRandom& random) {
  if (event.contains("after")) event["after"] = random.hex(40);
  json::value* commits = event.if_contains("commits");
  if (commits == nullptr || !commits->is_array()) return;
  for (json::value& commit : commits->as_array())
    if (commit.is_object()) commit.as_object()["id"] = random.hex(40);
}

std::string uuid(DemoRandom& random) {
  return random.hex(8) + "-" + random.hex(4) + "-4" + random.hex(3) + "-a" + random.hex(3) + "-" +
         random.hex(12);
}

Payload log_line(const std::string& name, const json::object& event, std::size_t bytes, Time at,
                 DemoRandom& random) {
  json::object line{{"delivery_id", uuid(random)}, {"event", name}, {"action", nullptr}};
  if (event.contains("action")) line["action"] = event.at("action");
  const auto inside = [&](json::string_view part, json::string_view member) -> json::value {
    const json::value* object = event.if_contains(part);
    if (object == nullptr || !object->is_object()) return nullptr;
    const json::value* found = object->as_object().if_contains(member);
    return found != nullptr ? *found : json::value(nullptr);
  };
  line["repository"] = inside("repository", "full_name");
  line["private"] = inside("repository", "private");
  line["sender"] = inside("sender", "login");
  line["received_at"] = moment(at);
  line["bytes"] = bytes;
  line["attempt"] = 1;
  Payload payload{Stream::deliveries, json::serialize(line), false, 0, {}};
  payload.rows.push_back({Table::deliveries, text_in(line, "delivery_id"), "1", 1});
  return payload;
}

}  // namespace

Result<GitHubEvents> GitHubEvents::parse(std::string_view events_json) {
  const std::string wanted =
      "; give --events the file api.github.com/index.json of the npm package "
      "@octokit/webhooks-examples (script/demo does)";
  boost::system::error_code error;
  const json::value document =
      json::parse(json::string_view(events_json.data(), events_json.size()), error);
  if (error) return fail(Errc::bad_request, "the events are no JSON: " + error.message() + wanted);
  GitHubEvents events;
  const json::array none;
  for (const json::value& entry : document.is_array() ? document.as_array() : none) {
    if (!entry.is_object()) continue;
    const json::value* examples = entry.as_object().if_contains("examples");
    if (examples == nullptr || !examples->is_array()) continue;
    for (const json::value& example : examples->as_array()) {
      if (!example.is_object()) continue;
      json::object copy = example.as_object();
      if (object_in(copy, "workflow_job") != nullptr || object_in(copy, "issue") != nullptr)
        events.rich_.push_back(events.all_.size());
      events.all_.push_back({text_in(entry.as_object(), "name"), std::move(copy)});
    }
  }
  if (events.rich_.empty())
    return fail(Errc::bad_request, "the events hold no workflow jobs or issues" + wanted);
  return events;
}

GitHubEvents::Delivery GitHubEvents::make(std::uint64_t n, Time at, DemoRandom& random) const {
  const Event& chosen = n % 2 == 0 ? all_[random.one_of(rich_)] : random.one_of(all_);
  json::object event = chosen.example;
  Payload payload{Stream::github, {}, false, 0, {}};
  renew_commits(event, random);
  if (json::object* job = object_in(event, "workflow_job")) {
    renew_job(*job, n);
    expect_steps(*job, payload);
  }
  if (json::object* issue = object_in(event, "issue")) {
    renew_issue(*issue, n, at, random);
    expect_labels(*issue, 1, payload);
  }
  payload.body = json::serialize(event);
  Payload line = log_line(chosen.name, event, payload.body.size(), at, random);
  return {std::move(payload), std::move(line)};
}

Payload GitHubEvents::update(const Payload& event, Time at) {
  json::object changed = json::parse(event.body).as_object();
  Payload payload{Stream::github, {}, false, 0, {}};
  payload.late = true;
  if (json::object* job = object_in(changed, "workflow_job")) {
    (*job)["run_attempt"] = 2;
    expect_steps(*job, payload);
  }
  if (json::object* issue = object_in(changed, "issue")) {
    (*issue)["title"] = text_in(*issue, "title") + " (renamed)";
    (*issue)["updated_at"] = moment(at);
    expect_labels(*issue, 2, payload);
  }
  payload.body = json::serialize(changed);
  return payload;
}

Payload GitHubEvents::redelivery(const Payload& log_line, Time at) {
  json::object line = json::parse(log_line.body).as_object();
  line["attempt"] = 2;
  line["received_at"] = moment(at);
  Payload payload{Stream::deliveries, json::serialize(line), false, 0, {}};
  payload.late = true;
  payload.rows.push_back({Table::deliveries, text_in(line, "delivery_id"), "2", 2});
  return payload;
}

}  // namespace weir::cli::demo
