#include <chrono>
#include <memory>
#include <ostream>

#include <boost/json.hpp>

#include "cli/client/backoff.hpp"
#include "cli/client/event_stream.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"

// Ends by Ctrl-C as any program does: each payload is flushed when it is printed, so nothing is
// left to be done. A connection that breaks is made again, from the last event on.
namespace weir::cli {
namespace {

namespace json = boost::json;

struct Options {
  std::string stream_id;
  std::string filter;
  std::uint64_t count = 0;  // 0: without an end
};

constexpr std::chrono::seconds told_every{5};

class Tail {
 public:
  Tail(Session& session, Api& api, const Options& options)
      : session_(session), api_(api), options_(options) {}

  Result<void> run() {
    for (std::uint32_t tries = 1;; ++tries) {
      bool has_come = false;
      const auto ended = api_.follow(target(), [&](std::string_view bytes) {
        has_come = true;
        events_.feed(bytes, [&](const ServerEvent& event) { take(event); });
        return !is_done_;
      });
      if (is_done_) return refusal_.empty() ? Result<void>() : fail(Errc::unauthorized, refusal_);
      if (!ended && !may_pass(ended.error().code)) return fail(ended.error());
      if (has_come) tries = 1;
      if (!has_followed_ && !ended) return fail(ended.error());
      session_.terminal.err << "weir: the connection broke; trying again\n";
      events_.restart();
      session_.terminal.sleep(backoff({.first = std::chrono::seconds(1)}, tries, std::nullopt,
                                      session_.terminal.seed + tries));
    }
  }

 private:
  static bool may_pass(Errc code) {
    return code == Errc::unavailable || code == Errc::request_timeout || code == Errc::overloaded;
  }

  std::string target() const {
    const std::string topic =
        "tail:" + options_.stream_id + (options_.filter.empty() ? "" : ":" + options_.filter);
    return with_query("/api/v0/live",
                      {{"topics", percent_encode(topic)}, {"last_event_id", events_.last_id()}});
  }

  void take(const ServerEvent& event) {
    has_followed_ = true;
    boost::system::error_code unreadable;
    const json::value data = json::parse(event.data, unreadable);
    if (unreadable || is_done_) return;
    if (event.name == "end") {
      refusal_ = text_of(data, "message");
      is_done_ = true;
    }
    if (event.name == "tail") show(data);
    if (event.name == "lost") left_out_ += number(data, "payloads");
  }

  void show(const json::value& data) {
    const json::value* const payloads =
        data.is_object() ? data.as_object().if_contains("payloads") : nullptr;
    if (payloads == nullptr || !payloads->is_array()) return;
    accepted_ += number(data, "accepted");
    left_out_ += number(data, "left_out") + number(data, "missed");
    for (const json::value& payload : payloads->as_array()) {
      print(payload);
      if (++shown_ == options_.count) {
        is_done_ = true;
        break;
      }
    }
    session_.terminal.out << std::flush;
    tell_rate();
  }

  void print(const json::value& payload) {
    if (session_.json) {
      session_.terminal.out << json::serialize(payload) << "\n";
      return;
    }
    std::string body = text_of(payload, "payload");
    if (body.empty()) body = "(base64) " + text_of(payload, "payload_base64");
    session_.terminal.out << text_of(payload, "received_at") << "  " << text_of(payload, "receipt")
                          << "  " << one_line(body)
                          << (text_of(payload, "cut") == "true" ? "…" : "") << "\n";
  }

  /// What is not shown is never silent, and no more than a line in a while.
  void tell_rate() {
    const Time now = session_.terminal.now();
    if (told_at_ && now - *told_at_ < told_every) return;
    if (told_at_ && !session_.json) {
      const double seconds = std::chrono::duration<double>(now - *told_at_).count();
      session_.terminal.err << "-- "
                            << grouped(static_cast<std::uint64_t>(static_cast<double>(accepted_) /
                                                                  seconds))
                            << "/s accepted"
                            << (left_out_ > 0 ? ", " + grouped(left_out_) + " left out" : "")
                            << "\n";
    }
    told_at_ = now;
    accepted_ = left_out_ = 0;
  }

  static std::uint64_t number(const json::value& data, std::string_view name) {
    const json::value* const found =
        data.is_object() ? data.as_object().if_contains(name) : nullptr;
    return found != nullptr && found->is_number() ? found->to_number<std::uint64_t>() : 0;
  }

  Session& session_;
  Api& api_;
  const Options& options_;
  EventStream events_;
  bool has_followed_ = false;
  bool is_done_ = false;
  std::string refusal_;
  std::uint64_t shown_ = 0;
  std::optional<Time> told_at_;
  std::uint64_t accepted_ = 0;  // since then
  std::uint64_t left_out_ = 0;
};

}  // namespace

void add_tail_command(Command app, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command verb = add_verb(app, "tail", "Payloads of a stream as they come, until Ctrl-C", session,
                          [options](Session& s, Api& api) { return Tail(s, api, *options).run(); });
  verb.option("STREAM", options->stream_id, "Stream id, is-...").required();
  verb.option("--filter", options->filter,
              "A comparison of a field, such as \"total > 100\", or a text that stands in it");
  verb.option("--count", options->count, "Ends after so many payloads");
  verb.footer(
      "At most 50 payloads a second are shown, after their 202; how many were left out is told.\n"
      "With --json each payload is one line.\n"
      "Example: weir tail is-7Qm2Wx9aB --filter \"total > 100\"");
}

}  // namespace weir::cli
