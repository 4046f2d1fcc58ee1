#include "app/commands.hpp"

#include <csignal>
#include <cstdio>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include "app/data_directory.hpp"
#include "app/embedded_server.hpp"
#include "app/logging.hpp"
#include "app/server_settings.hpp"
#include "app/service_notifier.hpp"
#include "control/init.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"

// SIGTERM, SIGINT and SIGHUP are blocked in every thread; this thread waits for them. A handler
// could call async-signal-safe functions only, and would interrupt system calls of other
// threads.
namespace weir::app {
namespace {

/// Blocks the server's signals in every thread, including threads started later; the thread that
/// waits for them here takes them.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
      sigaddset(&set_, number);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    // With SIGXFSZ ignored, a file over the size limit is a failed write, which is handled.
    std::signal(SIGXFSZ, SIG_IGN);
  }
  int wait() const {
    int number = 0;
    sigwait(&set_, &number);
    return number;
  }

 private:
  sigset_t set_{};
};

int report(const Error& error) {
  fmt::print(stderr, "weir: {}\n", error.message);
  return outcome_of(error.code).exit_code;
}

Result<Config> config_of(const ServeOptions& options) {
  WEIR_TRY(Config config, read_config(options.config_file, options.assignments));
  if (!options.log_format.empty()) WEIR_CHECK(config.set("log.format=" + options.log_format));
  return config;
}

boost::json::array names(const std::vector<std::string>& keys) {
  return boost::json::array(keys.begin(), keys.end());
}

void reload(const ServeOptions& options, EmbeddedServer& server) {
  const auto config = config_of(options);
  const auto changes = config ? server.reload(*config) : fail(config.error());
  if (!changes)
    log_event(LogLevel::error, "The settings were not reloaded, and stay as they were",
              {LogMember{"reason", changes.error().message}});
  else
    log_event(changes->waiting.empty() ? LogLevel::info : LogLevel::warning,
              "The settings were reloaded",
              {{"taken", names(changes->taken)}, {"after_a_restart", names(changes->waiting)}});
}

Result<void> run(const ServeOptions& options) {
  const Signals signals;
  const ServiceNotifier notifier = ServiceNotifier::of_environment();
  WEIR_TRY(const Config config, config_of(options));
  set_up_logging(config.text("log.format"), config.text("log.level"));
  WEIR_TRY(const Listen listen, parse_listen(options.listen));
  WEIR_TRY(const Roles roles, parse_roles(options.roles));
  WEIR_CHECK(check_roles(roles, config));
  WEIR_TRY(auto directory, roles.runner ? DataDirectory::open(options.data)
                                        : DataDirectory::open_or_create(options.data));
  WEIR_TRY(const auto server, EmbeddedServer::start(std::move(directory), config, listen, roles));
  std::string said = fmt::format("listening on {}\n", server->url());
  if (!server->setup_code().empty())
    said += fmt::format(
        "There is no user yet. Whoever has this code makes the first one, until the server stops:\n"
        "  weir user setup --url {} --code {} --name NAME\n"
        "or opens {}/ui/setup#{}\n",
        server->url(), server->setup_code(), server->url(), server->setup_code());
  fmt::print("{}", said);  // at once: whoever reads the first line may close the pipe then
  std::fflush(stdout);
  notifier.ready();
  notifier.status("Serving on " + server->url());
  while (signals.wait() == SIGHUP) {
    notifier.reloading();
    reload(options, *server);
    notifier.ready();
  }
  notifier.stopping();
  spdlog::info("Stopping: what is in flight is answered first");
  server->stop();
  spdlog::info("Stopped");
  return {};
}

Result<control::InitResult> make(const InitOptions& options) {
  SystemClock clock;
  SystemRandom random;
  WEIR_TRY(const Config config, read_config(options.config_file, options.assignments));
  // First what may be away: then nothing is left behind.
  if (!config.text("catalog.url").empty())
    WEIR_CHECK(catalog::Catalog::open(config.text("catalog.url"), clock, random));
  WEIR_TRY(const auto directory, DataDirectory::create(options.data));
  WEIR_TRY(const auto catalog,
           catalog::Catalog::open(catalog_address(directory, config), clock, random));
  return control::initialise(*catalog, options.tenant, clock, random);
}

}  // namespace

int serve(const ServeOptions& options) {
  // Standard output has only the address and the code of the first set-up; the log goes to
  // standard error.
  set_up_logging("text", "info");
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
