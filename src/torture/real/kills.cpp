#include "torture/real/kills.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <ostream>
#include <sstream>
#include <thread>
#include <unordered_map>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/client/api.hpp"
#include "cli/demo/server_process.hpp"
#include "env/fake/seeded_random.hpp"
#include "torture/ledger.hpp"

namespace weir::torture {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using cli::demo::ServerProcess;
using std::chrono::milliseconds;

constexpr const char* tenant = "torture";
constexpr std::uint64_t longest_load_ms = 400;
constexpr std::uint64_t longest_start_ms = 60;
constexpr milliseconds request_timeout{10'000};

/// Small segments and young batches, so that kills fall into rotation and batch commits too.
const std::vector<std::string> settings = {"log.segment_bytes=16777216", "batch.age_s=1",
                                           "batch.records=500"};

std::string text_of(const json::value& value, std::string_view key) {
  const json::value* found = value.is_object() ? value.as_object().if_contains(key) : nullptr;
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

/// Payloads with an id each, sent once, and what was answered. Threads share it.
class Load {
 public:
  Load(std::string stream_id, std::string token)
      : path_("/stream/v0/data/" + std::move(stream_id)), token_(std::move(token)) {}

  /// On `connections` connections, until stop() or the server is gone.
  void start(const std::string& url, std::uint32_t connections) {
    stopping_ = false;
    for (std::uint32_t i = 0; i < connections; ++i)
      threads_.emplace_back([this, url] { send(url); });
  }
  void stop() {
    stopping_ = true;
    threads_.clear();
  }

  /// Between stop() and start() only.
  std::uint64_t sent() const { return next_; }
  const std::vector<std::uint64_t>& accepted() const { return accepted_; }
  const std::optional<std::string>& refusal() const { return refusal_; }

 private:
  void send(const std::string& url) {
    const auto parsed = cli::parse_url(url);
    if (!parsed) return;
    cli::HttpClient client(*parsed, request_timeout);
    while (!stopping_) {
      const std::uint64_t id = next_++;
      cli::HttpRequest request;
      request.method = "POST";
      request.target = path_;
      request.headers = {{"Authorization", "Bearer " + token_},
                         {"X-Amperity-Tenant", tenant},
                         {"Content-Type", "application/json"}};
      request.body = fmt::format(R"({{"id":{},"padding":"{}"}})", id, std::string(id % 700, 'x'));
      const auto reply = client.exchange(request);
      if (!reply) return;  // killed: no answer, no promise
      const std::lock_guard lock(mutex_);
      if (reply->status == 202)
        accepted_.push_back(id);
      else if (reply->status < 500)
        refusal_ = fmt::format("a sound payload was answered {}: {}", reply->status, reply->body);
    }
  }

  const std::string path_;
  const std::string token_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::uint64_t> accepted_;
  std::optional<std::string> refusal_;
  std::vector<std::jthread> threads_;
};

class Kills {
 public:
  Kills(const KillsOptions& options, cli::Terminal& terminal, std::string home)
      : options_(options),
        terminal_(terminal),
        chance_(options.seed),
        home_(std::move(home)),
        server_({.program = options.program,
                 .data = home_ + "/data",
                 .log = home_ + "/server.log",
                 .settings = settings}) {}

  Result<KillsReport> run();

 private:
  Result<void> prepare();
  Result<void> kill_once();
  Result<void> restart();
  Result<void> check();
  Result<std::unordered_map<std::uint64_t, std::uint32_t>> ids_in_files();
  Result<void> count_lines(const json::value& batch,
                           std::unordered_map<std::uint64_t, std::uint32_t>& times);
  Result<cli::Api> api() const;
  milliseconds up_to(std::uint64_t longest_ms) {
    return milliseconds(static_cast<std::int64_t>(chance_.below(longest_ms)));
  }

  const KillsOptions options_;
  cli::Terminal& terminal_;
  SeededRandom chance_;
  const std::string home_;
  ServerProcess server_;
  std::string admin_token_;
  std::string stream_id_;
  std::optional<Load> load_;
  KillsReport report_;
};

Result<cli::Api> Kills::api() const {
  WEIR_TRY(const cli::Url url, cli::parse_url(server_.url()));
  return cli::Api(cli::Access{url, admin_token_, tenant});
}

Result<void> Kills::prepare() {
  WEIR_TRY(const std::string made,
           cli::demo::run_program({options_.program, "init", "--data", home_ + "/data", "--tenant",
                                   tenant, "--json"}));
  json::error_code error;
  admin_token_ = text_of(json::parse(made, error), "admin_token");
  if (error || admin_token_.empty())
    return fail(Errc::internal, "`weir init --json` printed no admin_token");
  WEIR_CHECK(server_.start());
  WEIR_TRY(cli::Api api, this->api());
  WEIR_TRY(const json::value stream,
           api.post("/api/v0/streams", {{"name", "torture"}, {"description", "kill -9"}}));
  stream_id_ = text_of(stream, "id");
  WEIR_TRY(const json::value key,
           api.post("/api/v0/admin/api-keys",
                    {{"name", "torture"}, {"policies", {"streaming-ingest-api:write"}}}));
  WEIR_TRY(const json::value token,
           api.post("/api/v0/admin/api-keys/" + text_of(key, "id") + "/tokens",
                    {{"expires-at", "2099-01-01T00:00:00Z"}}));
  load_.emplace(stream_id_, text_of(token, "token"));
  return {};
}

Result<KillsReport> Kills::run() {
  WEIR_CHECK(prepare());
  for (std::uint32_t nth = 1; nth <= options_.kills; ++nth) {
    WEIR_CHECK(kill_once());
    if (nth % options_.check_every != 0 && nth != options_.kills) continue;
    WEIR_CHECK(check());
    terminal_.out << fmt::format("{} kills: {} sent, {} answered 202, {} in {} files\n",
                                 report_.kills, report_.sent, report_.accepted, report_.records,
                                 report_.files)
                  << std::flush;
  }
  if (report_.accepted == 0)
    return fail(Errc::internal, "nothing was accepted, so nothing was shown");
  WEIR_CHECK(server_.stop());
  return report_;
}

Result<void> Kills::kill_once() {
  load_->start(server_.url(), options_.connections);
  terminal_.sleep(up_to(longest_load_ms));
  server_.kill();
  load_->stop();
  ++report_.kills;
  if (load_->refusal()) return fail(Errc::internal, *load_->refusal());
  return restart();
}

/// Sometimes it is killed again while it recovers.
Result<void> Kills::restart() {
  while (chance_.one_in(4)) {
    WEIR_CHECK(server_.launch());
    terminal_.sleep(up_to(longest_start_ms));
    server_.kill();
    ++report_.kills;
    ++report_.kills_while_starting;
  }
  return server_.start();
}

Result<void> Kills::check() {
  WEIR_TRY(const auto times, ids_in_files());
  report_.sent = load_->sent();
  report_.accepted = load_->accepted().size();
  report_.records = 0;
  for (const auto& [id, count] : times) {
    report_.records += count;
    if (count > 1 || id >= load_->sent())
      return fail(Errc::internal,
                  fmt::format("record {} is in the files {} times, of {} that were sent", id, count,
                              load_->sent()));
  }
  for (const std::uint64_t id : load_->accepted())
    if (!times.contains(id))
      return fail(Errc::internal, fmt::format("record {} was answered 202 and is in no file", id));
  return {};
}

Result<std::unordered_map<std::uint64_t, std::uint32_t>> Kills::ids_in_files() {
  WEIR_TRY(cli::Api api, this->api());
  WEIR_CHECK(api.post("/api/v0/streams/" + stream_id_ + "/flush"));
  WEIR_TRY(const json::value list, api.list_all("/api/v0/batches", {{"stream_id", stream_id_}}));
  std::unordered_map<std::uint64_t, std::uint32_t> times;
  report_.files = 0;
  const json::value* items = list.as_object().if_contains("items");
  if (items == nullptr || !items->is_array())
    return fail(Errc::internal, "the list of batches has no items");
  for (const json::value& batch : items->as_array())
    WEIR_CHECK(count_lines(batch, times));
  return times;
}

Result<void> Kills::count_lines(const json::value& batch,
                                std::unordered_map<std::uint64_t, std::uint32_t>& times) {
  ++report_.files;
  const std::string path = home_ + "/data/store/" + text_of(batch, "path");
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::internal, path + " is in the manifest and not on the disk");
  std::int64_t lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    const auto id = id_in(line);
    if (!id) return fail(Errc::internal, path + " holds a line that nobody sent");
    ++times[*id];
  }
  const json::value* records = batch.as_object().if_contains("records");
  if (records != nullptr && records->is_number() && records->to_number<std::int64_t>() == lines)
    return {};
  return fail(Errc::internal,
              fmt::format("{} has {} lines, its manifest row says otherwise", path, lines));
}

Result<std::string> new_directory(const KillsOptions& options) {
  const std::string home = fmt::format("{}/weir-torture-{}", options.directory, options.seed);
  std::error_code error;
  const bool is_new = fs::create_directories(home, error);
  if (error) return fail(Errc::io, home + " cannot be made: " + error.message());
  if (!is_new)
    return fail(Errc::conflict, home + " is there already: remove it, or give another --seed");
  return home;
}

}  // namespace

Result<KillsReport> kill_real_server(const KillsOptions& asked, cli::Terminal& terminal) {
  KillsOptions options = asked;
  std::error_code error;
  if (options.program.empty()) options.program = fs::read_symlink("/proc/self/exe", error).string();
  if (error) return fail(Errc::io, "the path of this program is not known; give it with --weir");
  WEIR_TRY(const std::string home, new_directory(options));
  terminal.out << fmt::format("seed {}, data in {}\n", options.seed, home) << std::flush;
  auto report = Kills(options, terminal, home).run();
  if (!report)
    return fail(report.error().code,
                report.error().message + "; the data and server.log stay in " + home);
  fs::remove_all(home, error);
  return report;
}

}  // namespace weir::torture
