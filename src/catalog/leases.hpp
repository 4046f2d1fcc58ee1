#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace weir::catalog {

class Database;

/// Who does what one process at a time may do, until when. A lease that is over can be taken by
/// anybody; whoever had it must have stopped by then, or be refused by what its work changes
/// (runs: their epochs; batches: the claim of the partition).
class Leases {
 public:
  explicit Leases(Database& database) : database_(database) {}

  struct Holder {
    std::string owner;
    std::string about;  // for people: host, process, what it does
  };
  /// Takes or keeps it for `time`; false while another owner holds it.
  Result<bool> hold(const std::string& name, const Holder& holder, std::chrono::milliseconds time);
  /// Gives it back. Nothing happens where another has it.
  Result<void> release(const std::string& name, const std::string& owner);

  struct Held {
    std::string name;
    Holder holder;
    Time since;
  };
  /// Those that are not over, and whose names begin so, by name.
  Result<std::vector<Held>> held(const std::string& prefix);

 private:
  Database& database_;
};

}  // namespace weir::catalog
