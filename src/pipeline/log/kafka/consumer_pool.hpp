#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "pipeline/log/kafka/kafka_client.hpp"

namespace weir::log::kafka {

/// Clients that read the topic. A client has threads of its own and reads a partition for one
/// reader at a time, so the readers of different partitions share one: the batchers use the first,
/// and whoever looks at the same partitions meanwhile the next. Any thread.
class ConsumerPool {
 public:
  /// Both outlive the pool and what it lends.
  ConsumerPool(const KafkaSettings& settings, ClientListener& listener)
      : settings_(settings), listener_(listener) {}

  struct Member {
    Client client;
    Topic topic;  // freed before the client
    std::set<int> busy;
  };
  /// One partition of a member, read from an offset on. Ends the reading when it is destroyed.
  class Lent {
   public:
    Lent(ConsumerPool& pool, Member& member, int partition)
        : pool_(&pool), member_(&member), partition_(partition) {}
    ~Lent();
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    /// Null: nothing came within `wait`. Used by one thread.
    Message consume(std::chrono::milliseconds wait);

   private:
    ConsumerPool* pool_;
    Member* member_;
    int partition_;
  };
  Result<std::unique_ptr<Lent>> lend(int partition, std::int64_t offset);

 private:
  Result<std::unique_ptr<Member>> make() const;

  const KafkaSettings& settings_;
  ClientListener& listener_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace weir::log::kafka
