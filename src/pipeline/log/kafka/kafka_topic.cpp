// Retention is off: Weir itself removes what is in files, so that no clock of a broker removes what
// is not. The brokers stamp records, since the clocks of gateways differ.
#include "pipeline/log/kafka/kafka_topic.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace weir::log::kafka {
namespace {

constexpr int answer_ms = 15'000;

struct FreeMetadata {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, FreeMetadata>;

struct FreeNewTopic {
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
};
struct FreeResource {
  void operator()(rd_kafka_ConfigResource_t* resource) const {
    rd_kafka_ConfigResource_destroy(resource);
  }
};
struct FreeList {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
struct FreeDeletion {
  void operator()(rd_kafka_DeleteRecords_t* deletion) const {
    rd_kafka_DeleteRecords_destroy(deletion);
  }
};
struct FreeOptions {
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
};
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, FreeOptions>;

using Settings = std::map<std::string, std::string>;

Options options_of(rd_kafka_t* client, rd_kafka_admin_op_t operation) {
  Options options(rd_kafka_AdminOptions_new(client, operation));
  std::array<char, 256> why{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), answer_ms, why.data(), why.size());
  return options;
}

/// The answer of an administrative call.
Result<Event> answer_of(const Queue& queue, const std::string& what) {
  Event event(rd_kafka_queue_poll(queue.get(), answer_ms + 5'000));
  if (!event) return fail(Errc::unavailable, what + ": the brokers do not answer");
  if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return failure_of(what + ": " + rd_kafka_event_error_string(event.get()), error);
  return event;
}

/// nullopt: there is no such topic.
Result<std::optional<FoundTopic>> look(rd_kafka_t* client, const KafkaSettings& settings) {
  const std::string what = "Kafka at " + settings.brokers;
  const Topic topic(rd_kafka_topic_new(client, settings.topic.c_str(), nullptr));
  if (!topic) return failure_of(what, rd_kafka_last_error());
  const rd_kafka_metadata_t* found = nullptr;
  if (const auto error = rd_kafka_metadata(client, 0, topic.get(), &found, answer_ms);
      error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return failure_of(what, error);
  const Metadata metadata(found);
  if (metadata->topic_cnt != 1)
    return fail(Errc::unavailable, what + " answered nothing about the topic");
  const rd_kafka_metadata_topic& own = metadata->topics[0];
  if (own.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return std::optional<FoundTopic>();
  if (own.err != RD_KAFKA_RESP_ERR_NO_ERROR)
    return failure_of(what + ", topic " + settings.topic, own.err);
  FoundTopic out{.partitions = own.partition_cnt};
  if (own.partition_cnt > 0) out.replicas = own.partitions[0].replica_cnt;
  return std::optional(out);
}

Settings wanted(const KafkaSettings& settings) {
  return {{"cleanup.policy", "delete"},
          {"retention.ms", "-1"},
          {"retention.bytes", "-1"},
          {"message.timestamp.type", "LogAppendTime"},
          {"max.message.bytes", std::to_string(message_bytes_max)},
          {"min.insync.replicas", settings.replicas >= 3 ? "2" : "1"},
          {"unclean.leader.election.enable", "false"}};
}

Result<void> make(rd_kafka_t* client, const KafkaSettings& settings) {
  const std::string what = "The topic " + settings.topic + " cannot be made";
  std::array<char, 512> why{};
  const std::unique_ptr<rd_kafka_NewTopic_t, FreeNewTopic> topic(rd_kafka_NewTopic_new(
      settings.topic.c_str(), settings.partitions, settings.replicas, why.data(), why.size()));
  if (!topic) return fail(Errc::bad_request, what + ": " + why.data());
  for (const auto& [name, value] : wanted(settings))
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(client));
  const Options options = options_of(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_NewTopic_t* topics[] = {topic.get()};
  rd_kafka_CreateTopics(client, topics, 1, options.get(), queue.get());
  WEIR_TRY(const Event event, answer_of(queue, what));
  std::size_t count = 0;
  const auto* const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(results[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
      continue;
    const char* const text = rd_kafka_topic_result_error_string(results[i]);
    return failure_of(what + (text == nullptr ? "" : std::string(": ") + text), error);
  }
  return {};
}

Result<Settings> read_settings(rd_kafka_t* client, const std::string& topic) {
  const std::string what = "The settings of the topic " + topic + " cannot be read";
  const std::unique_ptr<rd_kafka_ConfigResource_t, FreeResource> resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const Queue queue(rd_kafka_queue_new(client));
  const Options options = options_of(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  rd_kafka_DescribeConfigs(client, resources, 1, options.get(), queue.get());
  WEIR_TRY(const Event event, answer_of(queue, what));
  std::size_t count = 0;
  const auto* const described = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  Settings out;
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto error = rd_kafka_ConfigResource_error(described[i]);
        error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return failure_of(what, error);
    std::size_t entries = 0;
    const auto* const all = rd_kafka_ConfigResource_configs(described[i], &entries);
    for (std::size_t j = 0; j < entries; ++j)
      if (const char* const value = rd_kafka_ConfigEntry_value(all[j]); value != nullptr)
        out[rd_kafka_ConfigEntry_name(all[j])] = value;
  }
  return out;
}

std::int64_t number(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  std::int64_t value = -1;
  if (found != settings.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

std::string text(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

/// What must be otherwise, as `kafka-configs.sh --alter --add-config` takes it; empty: nothing.
std::string to_be_changed(const Settings& found) {
  Settings changes;
  if (text(found, "cleanup.policy") != "delete") changes["cleanup.policy"] = "delete";
  for (const char* const name : {"retention.ms", "retention.bytes"})
    if (number(found, name) != -1) changes[name] = "-1";
  if (text(found, "message.timestamp.type") != "LogAppendTime")
    changes["message.timestamp.type"] = "LogAppendTime";
  if (number(found, "max.message.bytes") < static_cast<std::int64_t>(message_bytes_max))
    changes["max.message.bytes"] = std::to_string(message_bytes_max);
  if (text(found, "unclean.leader.election.enable") == "true")
    changes["unclean.leader.election.enable"] = "false";
  std::string out;
  for (const auto& [name, value] : changes)
    out += (out.empty() ? "" : ",") + name + "=" + value;
  return out;
}

Result<void> judge(const Settings& found, const std::string& topic, FoundTopic& out) {
  if (const std::string changes = to_be_changed(found); !changes.empty())
    return fail(
        Errc::conflict,
        "The topic " + topic +
            " would lose or refuse payloads. Weir itself removes what "
            "is in files, the brokers stamp records, and a payload of 5 MiB fits. Change it "
            "with: kafka-configs.sh --alter --entity-type topics --entity-name " +
            topic + " --add-config " + changes);
  const auto in_sync = number(found, "min.insync.replicas");
  if (out.replicas < 3 || in_sync < 2)
    out.warnings.push_back(
        "The topic " + topic + " has " + std::to_string(out.replicas) +
        " replicas and min.insync.replicas = " + std::to_string(in_sync) +
        ": a 202 does not outlive the loss of one broker's disk. Use 3 replicas and 2 in sync "
        "where payloads count.");
  return {};
}

/// Of a topic that was made just now, here or by another process: the broker that answers may not
/// have heard of it yet.
Result<Settings> read_settings_soon(rd_kafka_t* client, const std::string& topic) {
  constexpr int tries = 50;
  auto found = read_settings(client, topic);
  for (int i = 1; i < tries && !found && found.error().code == Errc::not_found; ++i) {
    rd_kafka_poll(client, 100);
    found = read_settings(client, topic);
  }
  return found;
}

}  // namespace

Result<FoundTopic> prepare_topic(rd_kafka_t* client, const KafkaSettings& settings) {
  WEIR_TRY(auto found, look(client, settings));
  bool is_new = false;
  if (!found) {
    WEIR_CHECK(make(client, settings));
    is_new = true;
    for (int tries = 0; tries < 50; ++tries) {
      WEIR_TRY(found, look(client, settings));
      if (found && found->partitions == settings.partitions) break;
      rd_kafka_poll(client, 100);
    }
    if (!found)
      return fail(Errc::unavailable, "The topic " + settings.topic + " was made, and is not there");
  }
  found->is_new = is_new;
  if (found->partitions > last_kafka_partition - first_kafka_partition + 1)
    return fail(Errc::bad_request,
                "The topic " + settings.topic + " has more than 4096 partitions");
  WEIR_TRY(const Settings settings_found, read_settings_soon(client, settings.topic));
  WEIR_CHECK(judge(settings_found, settings.topic, *found));
  return *std::move(found);
}

Result<void> delete_records(rd_kafka_t* client, const std::string& topic,
                            const std::map<int, std::int64_t>& before) {
  if (before.empty()) return {};
  const std::string what = "Records that are in files cannot be removed from the topic " + topic;
  const std::unique_ptr<rd_kafka_topic_partition_list_t, FreeList> list(
      rd_kafka_topic_partition_list_new(static_cast<int>(before.size())));
  for (const auto& [partition, offset] : before)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  const std::unique_ptr<rd_kafka_DeleteRecords_t, FreeDeletion> deletion(
      rd_kafka_DeleteRecords_new(list.get()));
  const Queue queue(rd_kafka_queue_new(client));
  const Options options = options_of(client, RD_KAFKA_ADMIN_OP_DELETERECORDS);
  rd_kafka_DeleteRecords_t* deletions[] = {deletion.get()};
  rd_kafka_DeleteRecords(client, deletions, 1, options.get(), queue.get());
  WEIR_TRY(const Event event, answer_of(queue, what));
  const auto* const results =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  for (int i = 0; i < results->cnt; ++i)
    if (results->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return failure_of(what, results->elems[i].err);
  return {};
}

}  // namespace weir::log::kafka
