#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/limits.hpp"
#include "pipeline/log/kafka/kafka_client.hpp"

/// The topic that holds the log: what it must be, and who removes records from it.
namespace weir::log::kafka {

/// A payload of the greatest size with its key and header.
inline constexpr std::uint64_t message_bytes_max = limits::payload_bytes_ceiling + 64 * limits::kib;

struct FoundTopic {
  int partitions = 0;
  int replicas = 0;
  bool is_new = false;
  std::vector<std::string> warnings;  // sentences
};

/// Makes the topic where it is not there, and looks at its settings. Waits for the brokers.
/// unavailable: they do not answer. conflict, with what to do: records could be lost or refused,
/// since the topic removes what is in no file, takes the stamps of clients, or takes no payload of
/// the greatest size.
Result<FoundTopic> prepare_topic(rd_kafka_t* client, const KafkaSettings& settings);

/// Removes the records before the offset of each partition.
Result<void> delete_records(rd_kafka_t* client, const std::string& topic,
                            const std::map<int, std::int64_t>& before);

}  // namespace weir::log::kafka
