#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.hpp"
#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "control/query_gate.hpp"
#include "control/tried_payload.hpp"
#include "engine/engine.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"
#include "pipeline/batcher/conservation.hpp"
#include "pipeline/batcher/record_index.hpp"
#include "pipeline/batcher/record_page.hpp"
#include "pipeline/batcher/waiting.hpp"

namespace weir::control {

/// One check of `weir doctor`.
struct HealthCheck {
  enum class State : std::uint8_t { ok, warning, alarm };
  std::string name;  // "disk"
  State state = State::ok;
  std::string message;  // what was found and, where it is not well, what to do
};
std::string_view name_of(HealthCheck::State state);

class ProviderSignIns;
class SignIns;

/// What the control API needs of the rest of the server. The references outlive the API. Every
/// function is set, may be called from several threads at once, and may block.
struct Services {
  catalog::Catalog& catalog;
  engine::Engine& engine;
  const Clock& clock;
  Random& random;
  /// Calls that read tables or files, and how long each may take.
  QueryGate& queries;
  std::chrono::milliseconds query_time_max;

  SignIns& sign_ins;
  ProviderSignIns* provider_sign_ins = nullptr;  // null: one signs in with a password only
  /// Sends a mail; null: this server sends none, or does not know its own address.
  std::function<Result<void>(const std::string& to, const std::string& subject,
                             const std::string& text)>
      send_mail = nullptr;
  /// Of a sign-in with the provider, whose answer says little; null: nobody is told.
  std::function<void(const std::string& why)> note_refused_sign_in = nullptr;
  /// No access token is minted for longer; zero: for as long as is asked, or without an end.
  std::chrono::days token_life_max;

  /// Closes the stream's open batches; returns those whose files are now visible.
  std::function<Result<std::vector<catalog::Batch>>(StreamNo)> flush;
  /// Announces that a run was scheduled, or is to stop.
  std::function<void()> wake_runs;

  /// Whether a feed, or a courier by its own settings, is valid. bad_request says what to do.
  std::function<Result<void>(const catalog::Feed&)> check_feed;
  std::function<Result<void>(std::uint32_t tenant_no, const catalog::Courier&)> check_courier;
  /// Whether a run of the courier would find all it names: its feeds and its ingest queries.
  std::function<Result<void>(std::uint32_t tenant_no, const catalog::Courier&)> validate_courier;

  /// Whether this server can send alerts to an endpoint.
  std::function<Result<void>(const catalog::AlertEndpoint&)> check_alert;

  /// The address by which an engine reads a batch file.
  std::function<std::string(const std::string& path)> file_uri;
  /// Bytes of a batch file from there on, at most so many.
  std::function<Result<std::string>(const std::string& path, std::uint64_t offset,
                                    std::uint64_t bytes)>
      read_file;

  /// "http://127.0.0.1:8080", without a slash at its end: where the one who asks finds the server.
  std::function<std::string(const http::Request&)> base_url;
  /// The same for the tenant's payloads: its own host, where tenants have one.
  std::function<std::string(const http::Request&, const std::string& tenant)> ingest_url;
  /// Hosts below it name a tenant; empty: none do.
  std::string domain;
  /// Ok, or why the server is not ready for requests.
  std::function<Result<void>()> ready;
  /// Prometheus text; not_found where it is served elsewhere.
  std::function<Result<std::string>()> metrics;

  /// The place of a record in its file.
  std::function<Result<batcher::ByteRange>(const catalog::Batch&, Sequence)> locate;
  /// The records of a file from a byte on, at most so many: as in batcher::read_page.
  std::function<Result<batcher::RecordPage>(const catalog::Batch&, std::uint64_t offset,
                                            std::uint64_t count)>
      records;
  /// What the gateway, and behind it the batcher, would make of a payload; nothing is stored.
  std::function<TriedPayload(const catalog::StreamView&, const std::string& content_type,
                             const std::string& body)>
      try_payload;
  /// The sequence that the next record of the address's stream and partition will get.
  std::function<Sequence(const Address&)> next_sequence;
  /// Of the stream's records that are in no file yet, the newest; and the one of an address, as far
  /// as the newest part of the log has it.
  std::function<Result<batcher::WaitingRecords>(StreamNo, std::size_t count)> waiting;
  std::function<Result<std::optional<batcher::WaitingRecord>>(const Address&)> waiting_record;
  /// Appends a payload of the quarantine as a new record of its stream; returns once it is durable.
  /// A repetition with the same key adds no second record. bad_request: the payload does not parse.
  std::function<Result<Address>(const Address& of, PayloadType, const std::string& key,
                                const std::string& body)>
      replay;
  /// The bytes of a quarantined payload, and its end: as in batcher::Quarantine.
  std::function<Result<std::string>(const catalog::Quarantined&)> quarantined_body;
  std::function<Result<void>(std::uint32_t tenant_no, const Address&, catalog::QuarantineState,
                             std::optional<Sequence> replayed_as)>
      settle_quarantined;
  /// Checks conservation over all hours ever recorded.
  std::function<Result<batcher::ConservationReport>()> check_conservation;
  /// What was found last; null: nothing yet.
  std::function<std::shared_ptr<const batcher::ConservationReport>()> newest_conservation;
  std::function<std::vector<HealthCheck>()> health_checks;

  /// The bearer token of who operates the server: tenants are made with it.
  std::string operator_token;
  std::string metrics_token;   // whoever asks for metrics must send it; empty: anybody may ask
  std::string data_directory;  // which no answer tells
};

}  // namespace weir::control
