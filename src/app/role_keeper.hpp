#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "catalog/catalog.hpp"

namespace weir::app {

/// Keeps a lease that one process of a cluster has: that of the one that runs couriers. A second
/// one would load into tables of its own.
class RoleKeeper {
 public:
  /// conflict, with who has it: another process holds the lease.
  static Result<std::unique_ptr<RoleKeeper>> take(catalog::Catalog& catalog, std::string name,
                                                  catalog::Leases::Holder holder,
                                                  std::function<void(const Error&)> on_trouble);
  ~RoleKeeper() { stop(); }
  RoleKeeper(const RoleKeeper&) = delete;
  RoleKeeper& operator=(const RoleKeeper&) = delete;
  /// Gives the lease back.
  void stop();

 private:
  RoleKeeper(catalog::Catalog& catalog, std::string name, catalog::Leases::Holder holder,
             std::function<void(const Error&)> on_trouble);
  void keep(const std::stop_token& stop);

  catalog::Catalog& catalog_;
  const std::string name_;
  const catalog::Leases::Holder holder_;
  const std::function<void(const Error&)> on_trouble_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace weir::app
