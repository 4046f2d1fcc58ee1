#pragma once

#include <string>

namespace weir::app {

struct VerifyOptions {
  std::string store = "data";
  bool json = false;
};

/// `weir verify`: holds a store to the manifests of its sealed hours and, in a data directory that
/// no server has open, those to the catalog, and names what is missing or altered. Returns the
/// process's exit code: 0 only when nothing is.
int verify(const VerifyOptions& options);

}  // namespace weir::app
