#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace weir::catalog {

class Database;

/// What one process asks of the batcher in another: to put what a stream has in a partition into
/// files now. Requests are forgotten some minutes after they were made.
class Flushes {
 public:
  explicit Flushes(Database& database) : database_(database) {}

  struct Request {
    std::uint64_t no = 0;
    PartitionNo partition;
    StreamNo stream;
  };
  Result<std::uint64_t> ask(PartitionNo partition, StreamNo stream);
  /// Those of all partitions that nobody has answered, the oldest first.
  Result<std::vector<Request>> open();
  /// `error` is empty where the flush was done.
  Result<void> answer(std::uint64_t no, const std::string& error);
  /// nullopt: there is no answer yet.
  Result<std::optional<std::string>> answer_to(std::uint64_t no);

 private:
  Database& database_;
};

}  // namespace weir::catalog
