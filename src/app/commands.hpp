#pragma once

#include <string>
#include <vector>

#include "app/settings.hpp"

namespace weir::app {

struct ServeOptions {
  std::string data = "data";
  std::string listen = "127.0.0.1:8080";
  std::string config_file;
  std::vector<std::string> assignments;  // key=value
  std::string log_format;                // empty: as the settings say
  std::string roles;                     // empty: all
};

/// `weir serve`: runs until SIGTERM or SIGINT; SIGHUP reads the settings again. Returns the
/// process's exit code.
int serve(const ServeOptions& options);

struct InitOptions {
  std::string data = "data";
  std::string tenant;
  std::string config_file;
  std::vector<std::string> assignments;  // key=value
  bool json = false;
};

/// `weir init`: makes a data directory with a tenant and its first API key.
int init(const InitOptions& options);

}  // namespace weir::app
