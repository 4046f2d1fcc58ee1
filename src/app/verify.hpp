#pragma once

#include <string>
#include <vector>

namespace weir::app {

struct VerifyOptions {
  std::string store = "data";
  std::string config_file;               // with the settings of the store and the catalog
  std::vector<std::string> assignments;  // key=value
  bool json = false;
};

/// `weir verify`: checks a store against the manifests of its sealed hours: a directory's, or that
/// of the settings. In a data directory
/// that no server has open, it also checks the manifests against the catalog. It names what is
/// missing or altered. Returns the process's exit code: 0 only when nothing is.
int verify(const VerifyOptions& options);

}  // namespace weir::app
