#pragma once

#include <string>

#include "app/settings.hpp"
#include "base/result.hpp"

namespace weir::app {

/// What a process of a cluster does. By default it does all.
struct Roles {
  bool gateway = true;  // takes payloads
  bool batcher = true;  // makes batch files of its share of the partitions
  /// Runs couriers, fires schedules, and serves control API and web UI. One process of a cluster
  /// does so, since domain tables are in files of its data directory.
  bool runner = true;
  bool all() const { return gateway && batcher && runner; }
};

/// "gateway,batcher,runner,scheduler,control", or some of them; empty: all.
Result<Roles> parse_roles(const std::string& text);
std::string to_string(const Roles& roles);

/// bad_request: with these settings the roles need what another process could not reach.
Result<void> check_roles(const Roles& roles, const Config& config);

}  // namespace weir::app
