#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"
#include "catalog/snapshot.hpp"

namespace weir::catalog {

class Database;

/// bad_request unless the limit is unset, or rate and burst are 1 to limits::rate_limit_max.
Result<void> check_rate_limit(RateLimit limit);

struct NewStream {
  std::string name;
  std::string description;
  std::optional<PayloadType> payload_type;
  bool xml_check_sync = false;
  RateLimit rate_limit{};  // unset: none
  std::uint32_t batch_age_s = 0;
};

class Streams {
 public:
  explicit Streams(Database& database) : database_(database) {}
  Result<Stream> add(std::uint32_t tenant_no, const NewStream& stream);
  Result<Stream> find(std::uint32_t tenant_no, const std::string& id);
  /// Applies to requests at once. Unset: no limit.
  Result<Stream> limit_rate(std::uint32_t tenant_no, const std::string& id, RateLimit limit);
  /// Of batches that are begun from now on. 0: the server's setting alone.
  Result<Stream> limit_batch_age(std::uint32_t tenant_no, const std::string& id,
                                 std::uint32_t seconds);
  /// not_found once it is deleted.
  Result<Stream> rename(std::uint32_t tenant_no, const std::string& id, const std::string& name,
                        const std::string& description);
  /// It takes no payloads from now on. Those that are in the log become files; files and receipts
  /// stay and can be read. conflict: a courier names it. not_found: deleted before.
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);
  /// Those that can be sent to.
  Result<Page<Stream>> list(std::uint32_t tenant_no, const PageRequest& page);
  /// Every stream of every tenant, with its tenant's name: for the batcher, by number.
  Result<std::optional<StreamView>> view(StreamNo no);

 private:
  Database& database_;
};

}  // namespace weir::catalog
