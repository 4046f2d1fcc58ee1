#pragma once

#include "app/settings.hpp"
#include "catalog/catalog.hpp"
#include "pipeline/log/kafka/kafka_log.hpp"

/// Whether the log is a Kafka topic, and which.
namespace weir::app {

bool has_kafka_log(const Config& config);

/// Host and process, for people.
std::string name_of_process();

/// bad_request: a setting is wrong, and the message names it.
Result<log::kafka::KafkaSettings> kafka_settings(const Config& config);

/// Lanes as the log writes them down. The catalog outlives it.
class CatalogLanes final : public log::kafka::LaneBook {
 public:
  explicit CatalogLanes(catalog::Catalog& catalog) : catalog_(catalog) {}
  Result<LaneNo> open_lane() override;
  Result<void> acknowledge(LaneNo lane, std::span<const log::kafka::Acknowledged> counts) override;

 private:
  catalog::Catalog& catalog_;
};

}  // namespace weir::app
