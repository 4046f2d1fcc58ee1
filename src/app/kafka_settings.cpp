// Passwords are in a file of librdkafka's own properties, which other users of the machine cannot
// read: so its documentation holds, and no setting of ours shows them.
#include "app/kafka_settings.hpp"

#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "app/server_settings.hpp"

namespace weir::app {
namespace {

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Lines of `name = value`; `#` begins a remark.
Result<std::map<std::string, std::string>> read_properties(const std::string& path) {
  std::map<std::string, std::string> out;
  if (path.empty()) return out;
  std::ifstream file(path);
  if (!file)
    return fail(Errc::bad_request,
                fmt::format("Setting kafka.properties_file: \"{}\" cannot be read.", path));
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    line = trimmed(line);
    if (line.empty() || line.starts_with('#')) continue;
    const auto sign = line.find('=');
    if (sign == std::string::npos || trimmed(line.substr(0, sign)).empty())
      return fail(
          Errc::bad_request,
          fmt::format("Setting kafka.properties_file: line {} of \"{}\" is no name = value.",
                      number, path));
    out[trimmed(line.substr(0, sign))] = trimmed(line.substr(sign + 1));
  }
  return out;
}

}  // namespace

bool has_kafka_log(const Config& config) {
  return !config.text("kafka.brokers").empty();
}

Result<log::kafka::KafkaSettings> kafka_settings(const Config& config) {
  log::kafka::KafkaSettings settings;
  settings.brokers = config.text("kafka.brokers");
  settings.topic = config.text("kafka.topic");
  WEIR_TRY(settings.properties, read_properties(config.text("kafka.properties_file")));
  settings.queue_bytes_max = bytes_of(config, "kafka.queue_mb");
  settings.delivery_max = std::chrono::seconds(config["kafka.delivery_s"]);
  settings.partitions = static_cast<int>(config["kafka.partitions"]);
  settings.replicas = static_cast<int>(config["kafka.replicas"]);
  return settings;
}

std::string name_of_process() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  return fmt::format("{}, process {}", host, getpid());
}

Result<LaneNo> CatalogLanes::open_lane() {
  return catalog_.lanes().open(name_of_process());
}

Result<void> CatalogLanes::acknowledge(LaneNo lane,
                                       std::span<const log::kafka::Acknowledged> counts) {
  std::vector<catalog::Lanes::Acknowledged> rows;
  rows.reserve(counts.size());
  for (const log::kafka::Acknowledged& count : counts)
    rows.push_back({count.partition, count.stream, count.records});
  return catalog_.lanes().acknowledge(lane, rows);
}

}  // namespace weir::app
