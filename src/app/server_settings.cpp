#include "app/server_settings.hpp"

#include <spdlog/spdlog.h>

#include "app/descriptor_limit.hpp"

namespace weir::app {

std::string catalog_address(const DataDirectory& directory, const Config& config) {
  const std::string& url = config.text("catalog.url");
  return url.empty() ? directory.catalog() : url;
}

unsigned count_of(const Config& config, std::string_view key) {
  return static_cast<unsigned>(config[key]);
}

std::uint64_t bytes_of(const Config& config, std::string_view key_in_mb) {
  return static_cast<std::uint64_t>(config[key_in_mb]) * limits::mib;
}

std::uint32_t connections_max(const Config& config) {
  const std::uint64_t descriptors = raise_descriptor_limit();
  const auto wanted = static_cast<std::uint32_t>(config["http.connections"]);
  const std::uint32_t connections = connections_within(descriptors, wanted);
  if (connections < wanted)
    spdlog::warn(
        "This process may have {} files and connections open at once, so at most {} connections "
        "are "
        "kept, not http.connections = {}. Raise the limit (LimitNOFILE, ulimit -n), or lower the "
        "setting",
        descriptors, connections, wanted);
  return connections;
}

std::uint32_t streams_named_max(const Config& config) {
  const bool is_guarded =
      !config.text("metrics.token").empty() || !config.text("metrics.listen").empty();
  return is_guarded ? count_of(config, "metrics.streams") : 0;
}

http::TlsFiles tls_files(const Config& config) {
  return {config.text("tls.certificate"), config.text("tls.key")};
}

Result<std::shared_ptr<http::Tls>> load_tls(const Config& config) {
  const http::TlsFiles files = tls_files(config);
  if (files.certificate.empty() && files.key.empty()) return std::shared_ptr<http::Tls>();
  if (files.certificate.empty() || files.key.empty())
    return fail(Errc::bad_request,
                "TLS takes both tls.certificate and tls.key; set the other too.");
  return http::Tls::load(files);
}

WatchedClock::Bounds clock_bounds(const Config& config) {
  return {.jump_max = std::chrono::seconds(config["clock.jump_max_s"]),
          .jump_wait = std::chrono::seconds(config["clock.jump_wait_s"])};
}

gateway::Limits gateway_limits(const Config& config) {
  gateway::Limits limits;
  limits.commit_timeout = std::chrono::seconds(config["ingest.commit_timeout_s"]);
  const unsigned rate = count_of(config, "ingest.tenant_rate");
  const unsigned burst = count_of(config, "ingest.tenant_burst");
  limits.tenant_rate = {rate, burst == 0 ? rate : burst};
  limits.domain = config.text("http.domain");
  return limits;
}

Result<alert::NetworkSender::Settings> alert_settings(const Config& config) {
  alert::NetworkSender::Settings settings;
  settings.bounds.ca_file = config.text("alerts.ca_file");
  settings.bounds.are_private_addresses_allowed =
      config.text("alerts.private_addresses") == "allowed";
  alert::MailSettings& mail = settings.mail;
  mail.url = config.text("alerts.smtp_url");
  mail.user = config.text("alerts.smtp_user");
  mail.password = config.text("alerts.smtp_password");
  mail.from = config.text("alerts.smtp_from");
  const std::string& tls = config.text("alerts.smtp_tls");
  mail.tls = tls == "required"     ? alert::MailTls::required
             : tls == "if_offered" ? alert::MailTls::if_offered
                                   : alert::MailTls::off;
  WEIR_CHECK(alert::check(mail));
  return settings;
}

alert::RetryPolicy alert_retries(const Config& config) {
  return {.first = std::chrono::seconds(config["alerts.retry_s"])};
}

}  // namespace weir::app
