#include "cli/demo/demo.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <ostream>

#include <boost/json.hpp>
#include <signal.h>
#include <stdlib.h>

#include "cli/demo/definitions.hpp"
#include "cli/demo/delivery.hpp"
#include "cli/demo/observation.hpp"
#include "cli/demo/reconcile.hpp"
#include "cli/demo/report.hpp"
#include "cli/demo/server_process.hpp"
#include "cli/demo/setup.hpp"

namespace weir::cli::demo {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using SteadyTime = std::chrono::steady_clock;

constexpr const char* tenant = "demo";
constexpr int sample_rows = 3;
constexpr std::size_t receipts_asked = 100;

std::chrono::milliseconds since(SteadyTime::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyTime::now() - begin);
}

/// Where the demo's data is; a temporary one goes away with it unless it is to be kept.
class Home {
 public:
  static Result<Home> make(const Options& options) {
    Home home;
    if (!options.data.empty()) {
      home.data_ = options.data;
      return home;
    }
    std::error_code error;
    std::string pattern = (fs::temp_directory_path(error) / "weir-demo-XXXXXX").string();
    if (error || ::mkdtemp(pattern.data()) == nullptr)
      return fail(Errc::io, "cannot make a temporary directory; give one with --data");
    home.temporary_ = pattern;
    home.data_ = pattern + "/data";
    return home;
  }
  const std::string& data() const { return data_; }
  std::string log() const { return data_ + ".log"; }
  /// What will be left of the data afterwards: its path, or nothing.
  std::string left(bool keep) const { return temporary_.empty() || keep ? data_ : ""; }
  void leave(bool keep) const {
    std::error_code error;
    if (left(keep).empty()) fs::remove_all(temporary_, error);
  }

 private:
  std::string data_;
  std::string temporary_;
};

/// The demo while it runs.
class Story {
 public:
  Story(const Options& options, Terminal& terminal) : options_(options), terminal_(terminal) {}

  Result<bool> tell();

 private:
  Result<void> start_server(const Home& home);
  Result<void> send_and_load();
  Result<void> send(bool late);
  Result<void> load(const std::string& what, const Expected& before, const Expected& after);
  Result<void> check_streams(const Expected& expected);
  Result<void> check_others(const Expected& expected);
  NextSteps next_steps(const std::string& url, const std::string& data) const;
  Result<std::string> invite();
  Result<void> stay_until_interrupted();
  void say(const std::string& what) { terminal_.err << what << std::endl; }

  const Options& options_;
  Terminal& terminal_;
  SteadyTime::time_point began_ = SteadyTime::now();
  std::string program_;
  std::string admin_token_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<Api> api_;
  Workload workload_;
  Workspace workspace_;
  std::vector<SendResult> results_;  // by payload
  Day first_day_;
  Report report_;
};

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open())
    return fail(Errc::bad_request, "cannot read the events file \"" + path +
                                       "\"; script/setup fetches it, or give index.json of the npm "
                                       "package @octokit/webhooks-examples with --events");
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

Result<std::string> admin_token_of(const std::string& init_answer) {
  boost::system::error_code error;
  const json::value answer = json::parse(init_answer, error);
  const json::value* token =
      !error && answer.is_object() ? answer.as_object().if_contains("admin_token") : nullptr;
  if (token == nullptr || !token->is_string())
    return fail(Errc::internal, "`weir init` printed no admin_token: " + init_answer);
  return json::value_to<std::string>(*token);
}

Result<void> Story::start_server(const Home& home) {
  std::error_code error;
  program_ = options_.program.empty() ? fs::read_symlink("/proc/self/exe", error).string()
                                      : options_.program;
  const std::size_t colon = options_.listen.rfind(':');
  if (colon == std::string::npos)
    return fail(Errc::bad_request, "--listen \"" + options_.listen + "\" must be HOST:PORT");
  say("Making the data directory " + home.data());
  WEIR_TRY(const std::string made,
           run_program({program_, "init", "--data", home.data(), "--tenant", tenant, "--json"}));
  WEIR_TRY(admin_token_, admin_token_of(made));
  server_ = std::make_unique<ServerProcess>(
      ServerProcess::Settings{.program = program_,
                              .data = home.data(),
                              .log = home.log(),
                              .host = options_.listen.substr(0, colon),
                              .port = options_.listen.substr(colon + 1)});
  WEIR_CHECK(server_->start());
  say("Serving on " + server_->url());
  WEIR_TRY(Url url, parse_url(server_->url()));
  api_ = std::make_unique<Api>(Access{std::move(url), admin_token_, tenant});
  return {};
}

Result<void> Story::send(bool late) {
  const auto late_ones = static_cast<std::uint64_t>(
      std::count_if(workload_.payloads.begin(), workload_.payloads.end(),
                    [](const Payload& payload) { return payload.late; }));
  const std::uint64_t count = late ? late_ones : workload_.payloads.size() - late_ones;
  say("Sending " + std::to_string(count) +
      (late ? " payloads that update what was sent"
            : " payloads to " + std::to_string(all_streams.size()) +
                  " streams, with a kill -9 in the middle"));
  const DeliverySettings settings{.connections = options_.connections,
                                  .kill_after = late ? 0 : count / 2,
                                  .tenant = tenant,
                                  .sleep = terminal_.sleep,
                                  .seed = options_.seed};
  WEIR_TRY(const Delivery delivery,
           deliver(*server_, workspace_, workload_.payloads, late, settings, results_));
  report_.sending += delivery.sending;
  report_.down += delivery.down;
  report_.late = late_ones;
  if (!delivery.killed) return {};
  report_.killed = true;
  report_.accepted_before_kill = delivery.accepted_before_kill;
  return {};
}

Result<void> Story::check_streams(const Expected& expected) {
  for (const Stream stream : all_streams) {
    const StreamSent& sent = expected.streams[static_cast<std::size_t>(stream)];
    WEIR_TRY(const StreamStored stored, stored_of(*api_, workspace_.stream_id(stream)));
    report_.streams.push_back({std::string(definition_of(stream).name),
                               workspace_.stream_id(stream), sent, stored,
                               check_stream(sent, stored)});
  }
  return {};
}

/// Runs every courier and writes down, for each table, what the load did and left behind. `before`
/// is what must have been there, `after` what must be there now.
Result<void> Story::load(const std::string& what, const Expected& before, const Expected& after) {
  const auto begin = SteadyTime::now();
  WEIR_TRY(const LoadsByTable loads,
           run_couriers(*api_, workspace_, first_day_, day_of(terminal_.now()), terminal_.sleep));
  report_.loading += since(begin);
  for (const Table table : all_tables) {
    const auto at = static_cast<std::size_t>(table);
    WEIR_TRY(const TableRows rows, rows_of(*api_, table));
    report_.tables[at].loads.push_back(
        {what, loads[at], rows.size(),
         check_counts(loads[at], before.tables[at].rows, after.tables[at]),
         check_rows(rows, after.tables[at])});
  }
  return {};
}

Result<void> Story::send_and_load() {
  first_day_ = day_of(terminal_.now());
  results_.resize(workload_.payloads.size());
  for (const Table table : all_tables)
    report_.tables.push_back({definition_of(table).table_name(), {}, {}});
  WEIR_CHECK(send(false));
  say("Flushing the streams and running the couriers");
  WEIR_CHECK(flush(*api_, workspace_));
  const Expected first = expect(workload_.payloads, results_, Waves::first);
  WEIR_CHECK(load("first", {}, first));
  WEIR_CHECK(send(true));
  WEIR_CHECK(flush(*api_, workspace_));
  const Expected both = expect(workload_.payloads, results_, Waves::both);
  WEIR_CHECK(load("updates", first, both));
  say("Running the couriers once more: nothing may change");
  WEIR_CHECK(load("again", both, both));
  WEIR_CHECK(check_streams(both));
  return check_others(both);
}

Result<void> Story::check_others(const Expected& expected) {
  for (const Table table : all_tables) {
    WEIR_TRY(report_.tables[static_cast<std::size_t>(table)].sample,
             sample_of(*api_, table, sample_rows));
  }
  report_.others.push_back({expected.never_accepted == 0,
                            expected.never_accepted == 0 ? "every payload was accepted in the end"
                                                         : std::to_string(expected.never_accepted) +
                                                               " payloads were never accepted"});
  report_.others.push_back(
      {expected.receipts_twice == 0,
       expected.receipts_twice == 0
           ? "every 202 carried a receipt of its own"
           : std::to_string(expected.receipts_twice) + " payloads have no receipt of their own"});
  WEIR_TRY(Check receipts, check_receipts(*api_, workload_.payloads, results_, receipts_asked));
  report_.others.push_back(std::move(receipts));
  report_.payloads = workload_.payloads.size();
  report_.seed = options_.seed;
  report_.connections = options_.connections;
  report_.total = since(began_);
  return {};
}

NextSteps Story::next_steps(const std::string& url, const std::string& data) const {
  NextSteps steps{.program = program_,
                  .url = url,
                  .admin_token = admin_token_,
                  .tenant = tenant,
                  .data = data,
                  .sales_stream = workspace_.stream_id(Stream::sales),
                  .deliveries_stream = workspace_.stream_id(Stream::deliveries),
                  .deliveries_courier = workspace_.courier_id(Stream::deliveries),
                  .receipt = "",
                  .day = first_day_};
  for (const SendResult& result : results_)
    if (result.accepted && steps.receipt.empty()) steps.receipt = result.receipt;
  return steps;
}

/// A person who may do everything, and the link by which that person chooses a password.
Result<std::string> Story::invite() {
  const json::array policies{"datagrid-administrator", "api-key-administration",
                             "user-administration", "source-data-deletion"};
  WEIR_TRY(const json::value made,
           api_->post("/api/v0/users", json::object{{"name", "demo"}, {"policies", policies}}));
  return json::value_to<std::string>(made.at("link"));
}

/// Until Ctrl-C or SIGTERM; the server's own end is an error.
Result<void> Story::stay_until_interrupted() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD})
    sigaddset(&wanted, signal);
  ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  int got = 0;
  ::sigwait(&wanted, &got);
  if (got != SIGCHLD) return {};
  return fail(Errc::unavailable, "the server has ended by itself; its log is " + server_->log());
}

Result<bool> Story::tell() {
  WEIR_TRY(const std::string events, read_file(options_.events));
  WEIR_TRY(workload_, make_workload(events, {.count = options_.count,
                                             .seed = options_.seed,
                                             .start = terminal_.now() - std::chrono::hours(3)}));
  WEIR_TRY(const Home home, Home::make(options_));
  const auto done = [&]() -> Result<void> {
    WEIR_CHECK(start_server(home));
    say("Making streams, feeds, ingest queries and couriers");
    WEIR_TRY(workspace_, set_up(*api_, terminal_.now() + std::chrono::days(1)));
    return send_and_load();
  }();
  if (!done) {
    server_.reset();
    return fail_while(
        "the demo failed (its data and the server's log stay in " + home.data() + "*)",
        done.error());
  }
  const bool reconciles = report_.reconciles();
  const bool keep = options_.keep || !reconciles;
  if (options_.json)
    terminal_.out << to_json(report_, options_.once ? "" : server_->url(), home.left(keep));
  else
    terminal_.out << render(report_);
  if (!options_.once) {
    if (!options_.json) {
      NextSteps steps = next_steps(server_->url(), home.data());
      WEIR_TRY(steps.invitation, invite());
      terminal_.out << "\n" << render(steps);
    }
    terminal_.out << std::flush;
    WEIR_CHECK(stay_until_interrupted());
  }
  WEIR_CHECK(server_->stop());
  home.leave(keep);
  if (!options_.json) terminal_.out << render(next_steps("", home.left(keep)));
  return reconciles;
}

}  // namespace

Result<bool> run(const Options& options, Terminal& terminal) {
  return Story(options, terminal).tell();
}

}  // namespace weir::cli::demo
