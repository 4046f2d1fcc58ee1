#include <cstdio>
#include <memory>
#include <ostream>
#include <thread>

#include <boost/json.hpp>

#include "cli/bench/load.hpp"
#include "cli/client/http_client.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

struct Options {
  std::string stream_id, payload_file, type = "json";
  double rate = 1000;
  double seconds = 10;
  std::uint32_t connections = 8;
  std::uint32_t bytes = 1024;
};

constexpr std::pair<const char*, double> quantiles[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};

/// A payload of that size with a number of its own.
std::string payload_of(std::uint64_t number, std::uint32_t bytes) {
  std::string text = "{\"n\":" + std::to_string(number) + ",\"pad\":\"";
  const std::size_t rest = text.size() + 2;
  if (rest < bytes) text.append(bytes - rest, 'x');
  return text + "\"}";
}

HttpRequest request_of(const Options& options, const Access& access) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/stream/v0/data/" + percent_encode(options.stream_id);
  request.headers["Content-Type"] = "application/" + options.type;
  if (!access.token.empty()) request.headers["Authorization"] = "Bearer " + access.token;
  if (!access.tenant.empty()) request.headers["X-Amperity-Tenant"] = access.tenant;
  return request;
}

/// A connection that makes itself before the load begins.
LoadConnection connection_to(const Options& options, const Access& access,
                             const std::string& payload) {
  const auto client = std::make_shared<HttpClient>(access.url);
  static_cast<void>(client->exchange({"GET", "/healthz", {}, ""}));
  const auto request = std::make_shared<HttpRequest>(request_of(options, access));
  return [&options, client, request, &payload](std::uint64_t number) {
    request->body = payload.empty() ? payload_of(number, options.bytes) : payload;
    const auto reply = client->exchange(*request);
    return reply ? reply->status : 0;
  };
}

LoadClock real_clock() {
  const auto begun = steady_clock::now();
  return {[begun] { return steady_clock::now() - begun; },
          [begun](nanoseconds until) { std::this_thread::sleep_until(begun + until); }};
}

std::string milliseconds(std::chrono::microseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f ms", static_cast<double>(time.count()) / 1000);
  return text;
}

std::string rounded(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", number);
  return text;
}

double seconds_of(nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

double accepted_rate(const LoadResult& result) {
  return result.elapsed.count() == 0
             ? 0
             : static_cast<double>(result.accepted.count()) / seconds_of(result.elapsed);
}

void print_json(Session& session, const LoadPlan& plan, const LoadResult& result) {
  json::object answers;
  for (const auto& [status, count] : result.answers)
    answers[status == 0 ? "none" : std::to_string(status)] = count;
  json::object latency{{"mean", result.accepted.mean_us()}, {"max", result.accepted.max().count()}};
  for (const auto& [name, part] : quantiles)
    latency[name] = result.accepted.quantile(part).count();
  session.terminal.out << json::serialize(json::object{{"rate_asked", plan.rate},
                                                       {"rate_accepted", accepted_rate(result)},
                                                       {"seconds", seconds_of(result.elapsed)},
                                                       {"connections", plan.connections},
                                                       {"answers", answers},
                                                       {"begun_late", result.late},
                                                       {"latency_us", latency}})
                       << "\n";
}

void print_text(Session& session, const LoadPlan& plan, const LoadResult& result) {
  std::vector<std::pair<std::string, std::string>> lines{
      {"asked", rounded(plan.rate) + " requests/s for " + rounded(seconds_of(plan.duration)) +
                    " s on " + std::to_string(plan.connections) + " connections"},
      {"accepted", rounded(accepted_rate(result)) + " requests/s over " +
                       rounded(seconds_of(result.elapsed)) + " s"}};
  for (const auto& [name, part] : quantiles)
    lines.emplace_back(name, milliseconds(result.accepted.quantile(part)));
  lines.emplace_back("max", milliseconds(result.accepted.max()));
  for (const auto& [status, count] : result.answers)
    lines.emplace_back(status == 0 ? "no answer" : std::to_string(status), grouped(count));
  lines.emplace_back("begun late", grouped(result.late));
  session.terminal.out << render_pairs(lines);
  if (result.late * 100 > plan.requests())
    session.terminal.out << "Over 1 % of the requests found no connection free at their moment; "
                            "their wait is in the latency.\n";
}

Result<void> bench(const Options& options, Session& session, const Api& api) {
  std::string payload;
  if (!options.payload_file.empty()) {
    WEIR_TRY(payload, read_text(session.terminal, options.payload_file));
  } else if (options.type == "xml") {
    return fail(Errc::bad_request, "give the XML document to send as --payload FILE");
  }
  const LoadPlan plan{options.rate, nanoseconds(static_cast<std::int64_t>(options.seconds * 1e9)),
                      options.connections};
  if (plan.requests() == 0)
    return fail(Errc::bad_request, "--rate times --seconds is less than one request");
  const LoadResult result = run_load(plan, real_clock(), [&](std::uint32_t) {
    return connection_to(options, api.access(), payload);
  });
  session.json ? print_json(session, plan, result) : print_text(session, plan, result);
  for (const auto& [status, count] : result.answers)
    if (status != 202)
      session.terminal.exit_code =
          outcome_of(status == 0 ? Errc::unavailable : errc_of_status(status)).exit_code;
  return {};
}

}  // namespace

void add_bench_command(Command app, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command verb =
      add_verb(app, "bench", "Send at a constant rate, and measure from the moments it sets",
               session, [options](Session& s, Api& api) { return bench(*options, s, api); });
  verb.option("STREAM", options->stream_id, "Stream id, is-...").required();
  verb.option("--rate", options->rate, "Requests a second, all connections together")
      .range(0.1, 1e6)
      .shows_default();
  verb.option("--seconds", options->seconds, "For how long").range(0.1, 86'400.0).shows_default();
  verb.option("--connections", options->connections, "Requests under way at a time, at most")
      .range(1, 1024)
      .shows_default();
  verb.option("--bytes", options->bytes, "Size of each JSON payload, which is numbered")
      .range(16, 5 * 1024 * 1024)
      .shows_default();
  verb.option("--payload", options->payload_file, "Send this file's content each time");
  verb.option("--type", options->type, "What it is").one_of({"json", "xml"}).shows_default();
}

}  // namespace weir::cli
