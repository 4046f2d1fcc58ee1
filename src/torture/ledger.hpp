#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "env/fake/seeded_random.hpp"
#include "pipeline/log/log.hpp"

namespace weir::torture {

/// A payload that was appended to the log, and the log's answer.
struct Sent {
  enum class Outcome : std::uint8_t {
    refused,   // refused at once: it must never be found
    unknown,   // no answer, or log_failed: it may be found, once
    accepted,  // the gateway would have answered 202: it must be found, once
  };
  StreamNo stream;
  PayloadType type = PayloadType::json;
  std::string body;
  std::string key;            // Idempotency-Key; empty: none
  std::uint64_t body_id = 0;  // of the first that was sent with this body: its own, or another's
  Outcome outcome = Outcome::refused;
  std::optional<Address> address;  // set once accepted; unset for an early answer
};

/// The senders' own record of what they sent. A payload's number is its index here. A body carries
/// the number of the first payload with that body; only repeats share it. The ledger survives every
/// crash of the server, as senders do.
class Ledger final : public log::AppendSink {
 public:
  /// A broken payload is not XML and ends in the quarantine.
  enum class PayloadForm : std::uint8_t { sound, broken };
  /// Adds a payload with a new body; returns its number.
  std::uint64_t add(StreamNo stream, PayloadType type, PayloadForm form,
                    std::uint64_t padding_bytes, std::string key = {});
  /// Repeats body and key of an earlier payload, as a client does that got no answer.
  std::uint64_t repeat(std::uint64_t id);

  /// The log took the payload; its result follows later.
  void wait_for(std::uint64_t id) { sent_.at(id).outcome = Sent::Outcome::unknown; }
  /// Sabotage: a 202 before the record is durable, and therefore without a receipt.
  void answer_early(std::uint64_t id);
  void on_appended(std::span<const log::AppendResult> results) noexcept override;

  const std::vector<Sent>& all() const { return sent_; }
  const Sent& at(std::uint64_t id) const { return sent_.at(id); }
  std::uint64_t accepted() const { return accepted_; }

 private:
  std::vector<Sent> sent_;
  std::uint64_t accepted_ = 0;
};

/// The number in a body that Ledger::add made; nullopt where there is none.
std::optional<std::uint64_t> id_in(std::string_view body);

}  // namespace weir::torture
