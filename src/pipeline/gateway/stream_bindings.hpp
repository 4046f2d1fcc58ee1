#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "pipeline/gateway/dense_table.hpp"

namespace weir::gateway {

/// Which payload type each stream that declares none carries: that of its first accepted request
/// (spec/payloads.md 7). Seeded by the application from the catalog and the log's recovery; what is
/// bound here reaches the catalog with the stream's first batch. Thread-safe, without locks.
///
/// A request holds the stream for its type while the log decides, so that two types cannot both be
/// first; where the log refuses all who hold it, the stream is open again.
class StreamBindings {
 public:
  /// For good: the stream is known to carry `type`.
  void bind(StreamNo stream, PayloadType type);
  /// The type it carries, or is held for.
  std::optional<PayloadType> carried_by(StreamNo stream);

  enum class Claim : std::uint8_t {
    bound,  // it carries this type; nothing to do
    held,   // it may; say confirm() or release() once the log has decided
    other,  // it carries, or is held for, the other type
  };
  Claim claim(StreamNo stream, PayloadType type);
  /// A payload that held the stream was accepted: its type is for good.
  void confirm(StreamNo stream);
  /// Ends one hold of a payload that was not accepted.
  void release(StreamNo stream);

 private:
  using Cell = std::atomic<std::uint32_t>;
  DenseTable<Cell> cells_;
};

/// The largest stream number bindings have room for.
inline constexpr std::uint32_t streams_max = dense_numbers_max;

}  // namespace weir::gateway
