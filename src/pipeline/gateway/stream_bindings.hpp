#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/ids.hpp"
#include "base/payload.hpp"

namespace weir::gateway {

/// Which payload type each stream that declares none carries: that of its first accepted request
/// (decision 1.11). Seeded by the application from the catalog and the log's recovery; what is
/// bound here reaches the catalog with the stream's first batch. Thread-safe, without locks.
///
/// A request holds the stream for its type while the log decides, so that two types cannot both be
/// first; where the log refuses all who hold it, the stream is open again.
class StreamBindings {
 public:
  StreamBindings();
  ~StreamBindings();
  StreamBindings(const StreamBindings&) = delete;
  StreamBindings& operator=(const StreamBindings&) = delete;

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
  struct Page;
  Cell& cell(StreamNo stream);

  // Stream numbers are dense and start at 1: two levels instead of a hash map and a lock.
  static constexpr std::uint32_t pages = 4096;
  static constexpr std::uint32_t cells_a_page = 1024;
  std::array<std::atomic<Page*>, pages> pages_;
};

/// The largest stream number bindings have room for.
inline constexpr std::uint32_t streams_max = 4096 * 1024 - 1;

}  // namespace weir::gateway
