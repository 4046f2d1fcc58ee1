#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "alert/deliverer.hpp"
#include "alert/network_sender.hpp"
#include "app/data_directory.hpp"
#include "app/settings.hpp"
#include "base/result.hpp"
#include "env/watched_clock.hpp"
#include "http/tls.hpp"
#include "pipeline/gateway/gateway.hpp"

/// The settings, as the parts of the server take them.
namespace weir::app {

/// What Catalog::open takes: catalog.url, or else the file in the data directory.
std::string catalog_address(const DataDirectory& directory, const Config& config);
unsigned count_of(const Config& config, std::string_view key);
std::uint64_t bytes_of(const Config& config, std::string_view key_in_mb);
/// What the limit of open files leaves of `http.connections`; says so in the log where it is less.
std::uint32_t connections_max(const Config& config);
/// Who reads without a token what anybody may read hears of no tenant's streams.
std::uint32_t streams_named_max(const Config& config);
http::TlsFiles tls_files(const Config& config);
/// Null where the settings name no files.
Result<std::shared_ptr<http::Tls>> load_tls(const Config& config);
WatchedClock::Bounds clock_bounds(const Config& config);
gateway::Limits gateway_limits(const Config& config);
/// bad_request where mail could not be sent with them.
Result<alert::NetworkSender::Settings> alert_settings(const Config& config);
alert::RetryPolicy alert_retries(const Config& config);

}  // namespace weir::app
