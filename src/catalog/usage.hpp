#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace weir::catalog {

class Database;

/// What was sent, in numbers; bytes are those of batch files.
struct Used {
  std::uint64_t payloads = 0;  // accepted, and accounted for in batches
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t refused = 0;  // to somebody who may send
};

/// Usage by stream and UTC day (spec/users.md 5). A batch commit counts its payloads in its own
/// transaction; refusals are added now and then, and those of the last moments are lost with the
/// process. For people and bills; conservation is counted from the rows themselves (hours.hpp).
class Usage {
 public:
  explicit Usage(Database& database) : database_(database) {}

  struct OfDay {
    Day day;
    Used used;
  };
  /// The days of [from, to) with any, the oldest first; of one stream, or of all where it is empty.
  Result<std::vector<OfDay>> days(std::uint32_t tenant_no, const std::string& stream_id, Day from,
                                  Day to);
  struct OfStream {
    std::string stream_id;
    std::string name;
    Used used;
  };
  /// Of the streams with any in [from, to) those with the most payloads, at most `count`.
  Result<std::vector<OfStream>> streams(std::uint32_t tenant_no, Day from, Day to,
                                        std::uint32_t count);
  /// How many feeds were loaded and couriers run in [from, to).
  struct InUse {
    std::uint64_t feeds = 0;
    std::uint64_t couriers = 0;
  };
  Result<InUse> in_use(std::uint32_t tenant_no, Day from, Day to);

  /// Counts refusals for that day. A deleted stream still counts what was refused to it before.
  Result<void> add_refused(const std::unordered_map<StreamNo, std::uint64_t>& refused, Day day);
  /// Removes the days before. Housekeeping, each hour.
  Result<void> forget_before(Day day);

 private:
  Database& database_;
};

}  // namespace weir::catalog
