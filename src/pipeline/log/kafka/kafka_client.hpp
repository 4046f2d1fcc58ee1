#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <librdkafka/rdkafka.h>

#include "base/result.hpp"

/// What Weir needs of librdkafka: handles that are freed, settings, and errors in our words.
namespace weir::log::kafka {

struct KafkaSettings {
  std::string brokers;  // "host:port,host:port"
  std::string topic;
  /// librdkafka's own properties, for SASL and TLS; they may not change what Weir promises.
  std::map<std::string, std::string> properties;
  std::uint64_t queue_bytes_max = 256ULL << 20U;  // of payloads that wait for the brokers
  std::chrono::milliseconds delivery_max{5000};   // then a payload is not accepted
  /// Of a topic that is not there: it is made.
  int partitions = 12;
  int replicas = 3;
  /// What librdkafka tells of connections and brokers. Any thread.
  std::function<void(const std::string&)> on_event{};
};

/// What a client calls back. It outlives the client.
class ClientListener {
 public:
  virtual ~ClientListener() = default;
  /// On librdkafka's threads.
  virtual void on_event(const std::string& text) noexcept = 0;
  /// On the thread that polls a producer.
  virtual void on_delivered(const rd_kafka_message_t&) noexcept {}
};

struct FreeClient {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using Client = std::unique_ptr<rd_kafka_t, FreeClient>;

struct FreeTopic {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using Topic = std::unique_ptr<rd_kafka_topic_t, FreeTopic>;

struct FreeMessage {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Message = std::unique_ptr<rd_kafka_message_t, FreeMessage>;

struct FreeEvent {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
using Event = std::unique_ptr<rd_kafka_event_t, FreeEvent>;

struct FreeQueue {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
using Queue = std::unique_ptr<rd_kafka_queue_t, FreeQueue>;

struct FreeError {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};

struct FreeConf {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};

/// The settings of one client, checked as they are set.
class Conf {
 public:
  Conf();
  Result<void> set(const std::string& name, const std::string& value);
  rd_kafka_conf_t* get() const { return conf_.get(); }
  /// The client takes the settings over.
  Result<Client> make(rd_kafka_type_t type);

 private:
  std::unique_ptr<rd_kafka_conf_t, FreeConf> conf_;
};

/// The settings that all clients share. bad_request: a property is unknown, or one that Weir sets
/// itself.
Result<Conf> shared_conf(const KafkaSettings& settings, ClientListener& listener);

/// `what` was tried: "The topic weir cannot be read: Local: Broker transport failure".
Failure failure_of(const std::string& what, rd_kafka_resp_err_t error);
/// unavailable where brokers are away or may be back soon, forbidden where they refuse us,
/// not_found for a topic or place that is gone.
Errc code_of(rd_kafka_resp_err_t error);

}  // namespace weir::log::kafka
