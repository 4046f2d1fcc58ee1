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
  enum class Fate : std::uint8_t {
    refused,   // at once: it must never be found
    unknown,   // no answer, or log_failed: it may be found, once
    accepted,  // the gateway would have answered 202: it must be found, once
  };
  StreamNo stream;
  PayloadType type = PayloadType::json;
  std::string body;
  Fate fate = Fate::refused;
  std::optional<Address> address;  // once accepted; none when it was answered too early
};

/// What senders know: every payload carries an id of its own, which is its place here. Survives
/// whatever happens to the server, as senders do.
class Ledger final : public log::AppendSink {
 public:
  /// A payload of this type with a new id. Broken ones are no XML, and end in the quarantine.
  enum class Shape : std::uint8_t { sound, broken };
  std::uint64_t add(StreamNo stream, PayloadType type, Shape shape, std::uint64_t padding_bytes);

  /// The log took it; its fate is told later.
  void wait_for(std::uint64_t id) { sent_.at(id).fate = Sent::Fate::unknown; }
  /// Sabotage: a 202 before anybody said that it is safe, and so without a receipt.
  void answer_early(std::uint64_t id);
  void on_appended(std::span<const log::Appended> fates) noexcept override;

  const std::vector<Sent>& all() const { return sent_; }
  const Sent& at(std::uint64_t id) const { return sent_.at(id); }
  std::uint64_t accepted() const { return accepted_; }

 private:
  std::vector<Sent> sent_;
  std::uint64_t accepted_ = 0;
};

/// The id in a body that Ledger::add made; nothing where there is none.
std::optional<std::uint64_t> id_in(std::string_view body);

}  // namespace weir::torture
