#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "pipeline/gateway/dense_table.hpp"

namespace weir::gateway {

/// The payload type of each stream that declares none: that of its first accepted request
/// (spec/payloads.md 7). The application fills it from the catalog and the log's recovery; a new
/// binding reaches the catalog with the stream's first batch. Thread-safe, without locks.
///
/// A request holds the stream for its type until the log decides, so that two types cannot both be
/// first. If the log refuses every request that holds it, the stream is unbound again.
class StreamBindings {
 public:
  /// Binds the stream permanently to `type`.
  void bind(StreamNo stream, PayloadType type);
  /// The type that the stream is bound to or held for.
  std::optional<PayloadType> carried_by(StreamNo stream);

  enum class Claim : std::uint8_t {
    bound,  // the stream carries this type; nothing to do
    held,   // call confirm() or release() once the log has decided
    other,  // the stream carries, or is held for, the other type
  };
  Claim claim(StreamNo stream, PayloadType type);
  /// A payload that held the stream was accepted: its type becomes permanent.
  void confirm(StreamNo stream);
  /// Ends the hold of a payload that was not accepted.
  void release(StreamNo stream);

 private:
  using Cell = std::atomic<std::uint32_t>;
  DenseTable<Cell> cells_;
};

/// The largest stream number that bindings can store.
inline constexpr std::uint32_t streams_max = dense_numbers_max;

}  // namespace weir::gateway
