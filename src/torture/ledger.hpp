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

/// A payload that was offered to the log, and what the log said of it.
struct Sent {
  enum class Outcome : std::uint8_t {
    refused,   // at once: it must never be found
    unknown,   // no answer, or log_failed: it may be found, once
    accepted,  // the gateway would have answered 202: it must be found, once
  };
  StreamNo stream;
  PayloadType type = PayloadType::json;
  std::string body;
  std::string key;            // Idempotency-Key; empty: none
  std::uint64_t body_id = 0;  // of the first that was sent with this body: its own, or another's
  Outcome outcome = Outcome::refused;
  std::optional<Address> address;  // once accepted; none when it was answered too early
};

/// What senders know. Every payload has a number, which is its place here; a body carries the
/// number of the first payload that had it, and only repeats have it again. Survives whatever
/// happens to the server, as senders do.
class Ledger final : public log::AppendSink {
 public:
  /// Broken ones are no XML, and end in the quarantine.
  enum class PayloadForm : std::uint8_t { sound, broken };
  /// A payload with a body of its own; returns its number.
  std::uint64_t add(StreamNo stream, PayloadType type, PayloadForm form,
                    std::uint64_t padding_bytes, std::string key = {});
  /// The same body with the same key, as a client does that has no answer.
  std::uint64_t repeat(std::uint64_t id);

  /// The log took it; its outcome is told later.
  void wait_for(std::uint64_t id) { sent_.at(id).outcome = Sent::Outcome::unknown; }
  /// Sabotage: a 202 before anybody said that it is safe, and so without a receipt.
  void answer_early(std::uint64_t id);
  void on_appended(std::span<const log::AppendResult> results) noexcept override;

  const std::vector<Sent>& all() const { return sent_; }
  const Sent& at(std::uint64_t id) const { return sent_.at(id); }
  std::uint64_t accepted() const { return accepted_; }

 private:
  std::vector<Sent> sent_;
  std::uint64_t accepted_ = 0;
};

/// The number in a body that Ledger::add made; nothing where there is none.
std::optional<std::uint64_t> id_in(std::string_view body);

}  // namespace weir::torture
