// librdkafka's C interface: its C++ one hides what a delivery report says of a record that may have
// been written.
#include "pipeline/log/kafka/kafka_client.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace weir::log::kafka {
namespace {

/// The promise of the 202, exactly-once files and bounded memory rest on them.
constexpr std::array<std::string_view, 18> own_properties = {"bootstrap.servers",
                                                             "metadata.broker.list",
                                                             "acks",
                                                             "request.required.acks",
                                                             "enable.idempotence",
                                                             "transactional.id",
                                                             "enable.gapless.guarantee",
                                                             "delivery.timeout.ms",
                                                             "message.timeout.ms",
                                                             "queue.buffering.max.kbytes",
                                                             "queue.buffering.max.messages",
                                                             "enable.auto.commit",
                                                             "enable.auto.offset.store",
                                                             "auto.offset.reset",
                                                             "isolation.level",
                                                             "enable.partition.eof",
                                                             "message.max.bytes",
                                                             "group.id"};

void tell(const rd_kafka_t* client, int, const char*, const char* text) {
  static_cast<ClientListener*>(rd_kafka_opaque(client))->on_event(text);
}

void deliver(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  static_cast<ClientListener*>(opaque)->on_delivered(*message);
}

}  // namespace

Conf::Conf() : conf_(rd_kafka_conf_new()) {}

Result<void> Conf::set(const std::string& name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf_.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
      RD_KAFKA_CONF_OK)
    return fail(Errc::bad_request, "Kafka's property " + name + ": " + why.data());
  return {};
}

Result<Client> Conf::make(rd_kafka_type_t type) {
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf_.get(), deliver);
  std::array<char, 512> why{};
  Client client(rd_kafka_new(type, conf_.get(), why.data(), why.size()));
  if (!client) return fail(Errc::bad_request, std::string("Kafka's client: ") + why.data());
  static_cast<void>(conf_.release());  // NOLINT(bugprone-unused-return-value)
  return client;
}

Result<Conf> shared_conf(const KafkaSettings& settings, ClientListener& listener) {
  Conf conf;
  for (const auto& [name, value] : settings.properties) {
    if (std::find(own_properties.begin(), own_properties.end(), name) != own_properties.end())
      return fail(Errc::bad_request, "Kafka's property " + name +
                                         " is set by Weir itself: what a 202 promises rests on "
                                         "it. Remove it from kafka.properties.");
    WEIR_CHECK(conf.set(name, value));
  }
  WEIR_CHECK(conf.set("bootstrap.servers", settings.brokers));
  WEIR_CHECK(conf.set("client.id", "weir"));
  WEIR_CHECK(conf.set("allow.auto.create.topics", "false"));
  WEIR_CHECK(conf.set("socket.nagle.disable", "true"));
  WEIR_CHECK(conf.set("reconnect.backoff.max.ms", "1000"));
  WEIR_CHECK(conf.set("topic.metadata.refresh.interval.ms", "10000"));
  rd_kafka_conf_set_opaque(conf.get(), &listener);
  rd_kafka_conf_set_log_cb(conf.get(), tell);
  return conf;
}

Errc code_of(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return Errc::forbidden;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return Errc::not_found;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return Errc::too_large;
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
      return Errc::corrupt;
    default:
      return Errc::unavailable;
  }
}

Failure failure_of(const std::string& what, rd_kafka_resp_err_t error) {
  return fail(code_of(error), what + ": " + rd_kafka_err2str(error));
}

}  // namespace weir::log::kafka
