#include "control/live.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "control/live_limits.hpp"
#include "control/payload_filter.hpp"

// The route is in the table, so that one place says who may call it and the document is checked
// against it. Its connections stay open on the event loop (live/hub.hpp), which asks ControlApi for
// the same checks: a handler here would hold one of the control API's threads for each.
namespace weir::control {
namespace {

constexpr std::string_view tail_prefix = "tail:";

struct Topic {
  std::string_view name;  // up to its first ':'
  Access access;
};
constexpr std::array topics{Topic{"rates", Access::view}, Topic{"runs", Access::view},
                            Topic{"needs-you", Access::view}, Topic{"tail", Access::view}};

Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return fail(Errc::bad_request,
                  "A topic has a % that two hex digits do not follow. Percent-encode each topic, "
                  "then join them with commas.");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

/// "tail:is-1:text": the stream, and what follows the second colon as the filter.
Result<TailTopic> tail_topic(const std::string& topic, const Caller& caller,
                             const catalog::Snapshot& snapshot) {
  const std::string_view rest = std::string_view(topic).substr(tail_prefix.size());
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  TailTopic tail{.topic = topic, .stream_id = std::string(rest.substr(0, colon)), .stream = {}};
  if (colon < rest.size()) tail.filter = rest.substr(colon + 1);
  WEIR_CHECK(PayloadFilter::parse(tail.filter));
  const auto found = snapshot.streams.find(tail.stream_id);
  if (found == snapshot.streams.end() || found->second.tenant_no != caller.tenant_no)
    return fail(Errc::not_found, "There is no stream \"" + tail.stream_id + "\" to show.");
  tail.stream = found->second.no;
  return tail;
}

Result<void> check_right(std::string_view name, const Caller& caller) {
  const auto known =
      std::find_if(topics.begin(), topics.end(), [&](const Topic& t) { return t.name == name; });
  if (known == topics.end())
    return fail(Errc::bad_request, "There is no topic \"" + std::string(name) +
                                       "\". There are rates, runs, needs-you and tail:STREAM_ID.");
  if (permits(known->access, caller.rights)) return {};
  return fail(Errc::forbidden, "The topic \"" + std::string(name) + "\" needs the policy " +
                                   policies_with(known->access, caller.is_user()) + ".");
}

Result<http::Response> follow(const Call& call) {
  WEIR_CHECK(live_topics(call.request, call.caller, *call.services.catalog.snapshots().current()));
  return live_opening();
}

}  // namespace

http::Response live_opening() {
  // A browser tries again after a second. Proxies are told to pass each event on at once.
  return {.content_type = "text/event-stream",
          .body = "retry: 1000\n\n",
          .headers = {{"X-Accel-Buffering", "no"}}};
}

Result<LiveTopics> live_topics(const http::Request& request, const Caller& caller,
                               const catalog::Snapshot& snapshot) {
  LiveTopics all;
  const auto given = request.query.find("topics");
  std::string_view left = given == request.query.end() ? std::string_view() : given->second;
  if (left.empty())
    return fail(Errc::bad_request,
                "Say what to follow: ?topics=rates,runs,needs-you,tail:STREAM_ID");
  while (!left.empty()) {
    const std::string_view part = left.substr(0, left.find(','));
    left.remove_prefix(std::min(left.size(), part.size() + 1));
    WEIR_TRY(const std::string topic, percent_decoded(part));
    WEIR_CHECK(check_right(std::string_view(topic).substr(0, topic.find(':')), caller));
    if (topic == "rates") all.rates = true;
    if (topic == "runs") all.runs = true;
    if (topic == "needs-you") all.needs_you = true;
    if (!topic.starts_with("tail")) continue;
    if (!topic.starts_with(tail_prefix))
      return fail(Errc::bad_request, "Say whose payloads to show: tail:STREAM_ID");
    if (all.tails.size() == limits::live_tails_max)
      return fail(Errc::bad_request, "One connection shows the payloads of " +
                                         std::to_string(limits::live_tails_max) +
                                         " topics at most.");
    WEIR_TRY(TailTopic tail, tail_topic(topic, caller, snapshot));
    all.tails.push_back(std::move(tail));
  }
  return all;
}

void add_live_routes(Routes& routes) {
  routes.push_back(
      {"GET", "/api/v0/live", "followLive", Access::view, follow, {"topics", "last_event_id"}});
}

}  // namespace weir::control
