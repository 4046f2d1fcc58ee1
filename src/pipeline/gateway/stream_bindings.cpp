#include "pipeline/gateway/stream_bindings.hpp"

namespace weir::gateway {
namespace {

// A cell has the type, whether it is permanent, and if not, how many requests hold it.
constexpr std::uint32_t type_mask = 3;
constexpr std::uint32_t for_good = 4;
constexpr std::uint32_t one_hold = 8;

constexpr std::uint32_t bits_of(PayloadType type) {
  return static_cast<std::uint32_t>(type);
}
static_assert(bits_of(PayloadType::json) != 0 && bits_of(PayloadType::json) <= type_mask);
static_assert(bits_of(PayloadType::xml) != 0 && bits_of(PayloadType::xml) <= type_mask);

}  // namespace

void StreamBindings::bind(StreamNo stream, PayloadType type) {
  cells_[stream.value].store(bits_of(type) | for_good, std::memory_order_release);
}

std::optional<PayloadType> StreamBindings::carried_by(StreamNo stream) {
  const std::uint32_t type = cells_[stream.value].load(std::memory_order_acquire) & type_mask;
  if (type == 0) return std::nullopt;
  return static_cast<PayloadType>(type);
}

void StreamBindings::confirm(StreamNo stream) {
  cells_[stream.value].fetch_or(for_good, std::memory_order_acq_rel);
}

StreamBindings::Claim StreamBindings::claim(StreamNo stream, PayloadType type) {
  Cell& own = cells_[stream.value];
  std::uint32_t seen = own.load(std::memory_order_acquire);
  for (;;) {
    if (seen != 0 && (seen & type_mask) != bits_of(type)) return Claim::other;
    if (seen & for_good) return Claim::bound;
    const std::uint32_t next = (seen | bits_of(type)) + one_hold;
    if (own.compare_exchange_weak(seen, next, std::memory_order_acq_rel)) return Claim::held;
  }
}

void StreamBindings::release(StreamNo stream) {
  Cell& own = cells_[stream.value];
  std::uint32_t seen = own.load(std::memory_order_acquire);
  for (;;) {
    if (seen & for_good) return;  // another payload was accepted meanwhile
    const std::uint32_t left = seen - one_hold;
    const std::uint32_t next = left < one_hold ? 0 : left;
    if (own.compare_exchange_weak(seen, next, std::memory_order_acq_rel)) return;
  }
}

}  // namespace weir::gateway
