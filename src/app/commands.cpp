#include "app/commands.hpp"

#include <csignal>
#include <cstdio>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "app/data_directory.hpp"
#include "app/embedded_server.hpp"
#include "control/init.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"

namespace weir::app {
namespace {

/// SIGTERM and SIGINT are taken by whoever waits for them here, in every thread started later too.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  void wait() const {
    int number = 0;
    sigwait(&set_, &number);
  }

 private:
  sigset_t set_{};
};

int report(const Error& error) {
  fmt::print(stderr, "weir: {}\n", error.message);
  return outcome_of(error.code).exit_code;
}

Result<void> run(const ServeOptions& options) {
  const StopSignals stop_signals;
  Config config;
  if (!options.config_file.empty()) WEIR_CHECK(config.load(options.config_file));
  for (const std::string& assignment : options.assignments)
    WEIR_CHECK(config.set(assignment));
  WEIR_TRY(const Listen listen, parse_listen(options.listen));
  WEIR_TRY(auto directory, DataDirectory::open(options.data));
  WEIR_TRY(const auto server, EmbeddedServer::start(std::move(directory), config, listen));
  fmt::print("listening on {}\n", server->url());
  std::fflush(stdout);
  stop_signals.wait();
  spdlog::info("Stopping: what is in flight is answered first");
  server->stop();
  spdlog::info("Stopped");
  return {};
}

Result<control::InitResult> make(const InitOptions& options) {
  SystemClock clock;
  SystemRandom random;
  WEIR_TRY(const auto directory, DataDirectory::create(options.data));
  WEIR_TRY(const auto catalog, catalog::Catalog::open(directory.catalog(), clock, random));
  return control::initialise(*catalog, options.tenant, clock, random);
}

}  // namespace

int serve(const ServeOptions& options) {
  // Standard output belongs to the line that says where we listen; the log goes to standard error.
  spdlog::set_default_logger(spdlog::stderr_color_mt("weir"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  const auto done = run(options);
  return done ? 0 : report(done.error());
}

int init(const InitOptions& options) {
  const auto made = make(options);
  if (!made) return report(made.error());
  if (options.json) {
    const boost::json::object out{{"tenant", made->tenant},
                                  {"admin_key", made->admin_key},
                                  {"admin_token", made->admin_token}};
    fmt::print("{}\n", boost::json::serialize(out));
    return 0;
  }
  fmt::print(
      "Made {} for tenant {}.\n\n"
      "The administrator's access token, shown this once and not stored:\n\n"
      "  export WEIR_TOKEN={}\n\n"
      "Start the server with:\n\n  weir serve --data {}\n",
      options.data, made->tenant, made->admin_token, options.data);
  return 0;
}

}  // namespace weir::app
