#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/run_records.hpp"

namespace weir::catalog {

class Database;

/// What a person has to look at, as the catalog knows it. Asked every few seconds while somebody
/// watches: each question is one walk over an index. Thread-safe.
class Attention {
 public:
  explicit Attention(Database& database) : database_(database) {}

  struct HeldPayloads {
    std::string stream_id;
    std::string stream_name;
    std::uint64_t payloads = 0;
    Time since;
    Time newest;
  };
  /// By stream.
  Result<std::vector<HeldPayloads>> quarantined(std::uint32_t tenant_no);

  struct FailedRuns {
    Run newest;              // without its settings
    std::uint64_t runs = 0;  // that failed since one succeeded
  };
  /// Of each courier and each group whose last runs failed, newest first. Runs that a group's run
  /// made are told with it.
  Result<std::vector<FailedRuns>> failed_runs(std::uint32_t tenant_no);

  struct DeadEndpoint {
    std::string id;
    std::string name;
    std::string target;
    bool is_gone = false;  // its server said so; otherwise its last message was given up
  };
  Result<std::vector<DeadEndpoint>> dead_endpoints(std::uint32_t tenant_no);

  /// When each of the tenant's streams last had a payload that is in a file or the quarantine.
  struct LastPayload {
    std::string stream_id;
    Time received_at;
  };
  Result<std::vector<LastPayload>> last_payloads(std::uint32_t tenant_no);

  /// The tenant's runs that are not over, and its newest ones; newest first, without settings.
  Result<std::vector<Run>> current_runs(std::uint32_t tenant_no, std::uint32_t newest);

 private:
  Database& database_;
};

}  // namespace weir::catalog
