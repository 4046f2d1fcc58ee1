#include "pipeline/batcher/key_window.hpp"

#include "base/assert.hpp"
#include "base/bytes.hpp"

namespace weir::batcher {
namespace {

constexpr std::size_t ring_at_first = 1024;

bool same_key(const catalog::KeyPrint& a, const catalog::KeyPrint& b) {
  return a.key[0] == b.key[0] && a.key[1] == b.key[1] && a.stream == b.stream;
}

}  // namespace

catalog::KeyPrint KeyWindow::print_of(const log::Record& record) {
  catalog::KeyPrint print;
  print.stream = record.address.stream;
  print.sequence = record.address.sequence;
  print.received_at = record.received_at;
  char stream[sizeof record.address.stream.value];
  put(stream, record.address.stream.value);
  hash_.restart();
  hash_.update({stream, sizeof stream});
  hash_.update(record.idempotency_key);
  const auto key = hash_.bytes();
  print.key[0] = get<std::uint64_t>(key.data());
  print.key[1] = get<std::uint64_t>(key.data() + 8);
  const char type = static_cast<char>(record.type);
  hash_.restart();
  hash_.update({&type, 1});
  hash_.update(record.body);
  print.body = get<std::uint64_t>(hash_.bytes().data());
  return print;
}

KeyWindow::Decision KeyWindow::decide(const catalog::KeyPrint& print) {
  while (count_ > 0 && !is_live(ring_[first_], print.received_at))
    forget_oldest();
  if (const std::size_t slot = find(print); !slots_.empty() && slots_[slot] != 0) {
    const catalog::KeyPrint& known = ring_[slots_[slot] - 1];
    if (is_live(known, print.received_at)) {
      const bool same = known.body == print.body;
      return {same ? Verdict::duplicate : Verdict::other_body, known.sequence};
    }
    vacate(slot);
  }
  remember(print);
  return {Verdict::fresh, print.sequence};
}

void KeyWindow::load(const std::vector<catalog::KeyPrint>& prints) {
  ring_.clear();
  slots_.clear();
  first_ = count_ = 0;
  const std::uint64_t told = forgotten_early_;
  for (const catalog::KeyPrint& print : prints) {
    // An older record with this key had left its window when this one was added.
    if (const std::size_t slot = find(print); !slots_.empty() && slots_[slot] != 0) vacate(slot);
    remember(print);
  }
  forgotten_early_ = told;
}

std::optional<Time> KeyWindow::oldest() const {
  if (count_ == 0) return std::nullopt;
  return ring_[first_].received_at;
}

void KeyWindow::remember(const catalog::KeyPrint& print) {
  if (count_ >= settings_.keys_max) {
    if (is_live(ring_[first_], print.received_at)) ++forgotten_early_;
    forget_oldest();
  }
  if (count_ == ring_.size()) grow();
  const std::size_t place = (first_ + count_) & (ring_.size() - 1);
  ring_[place] = print;
  ++count_;
  slots_[find(print)] = static_cast<std::uint32_t>(place + 1);
}

void KeyWindow::forget_oldest() {
  const std::size_t slot = find(ring_[first_]);
  // A newer record with the same key may have taken its slot.
  if (slots_[slot] == first_ + 1) vacate(slot);
  first_ = (first_ + 1) & (ring_.size() - 1);
  --count_;
}

void KeyWindow::grow() {
  std::vector<catalog::KeyPrint> old(std::max(ring_at_first, 2 * ring_.size()));
  for (std::size_t i = 0; i < count_; ++i)
    old[i] = ring_[(first_ + i) & (ring_.size() - 1)];
  ring_.swap(old);
  first_ = 0;
  slots_.assign(2 * ring_.size(), 0);
  for (std::size_t i = 0; i < count_; ++i)
    slots_[find(ring_[i])] = static_cast<std::uint32_t>(i + 1);
}

/// The slot of that key, or the free slot that it would get.
std::size_t KeyWindow::find(const catalog::KeyPrint& print) const {
  if (slots_.empty()) return 0;
  std::size_t slot = home(print);
  while (slots_[slot] != 0 && !same_key(ring_[slots_[slot] - 1], print))
    slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

/// Frees a slot and moves later entries that could no longer be found.
void KeyWindow::vacate(std::size_t slot) {
  const std::size_t mask = slots_.size() - 1;
  slots_[slot] = 0;
  for (std::size_t next = (slot + 1) & mask; slots_[next] != 0; next = (next + 1) & mask) {
    const std::size_t wanted = home(ring_[slots_[next] - 1]);
    const bool may_move = ((next - wanted) & mask) >= ((next - slot) & mask);
    if (!may_move) continue;
    slots_[slot] = slots_[next];
    slots_[next] = 0;
    slot = next;
  }
}

}  // namespace weir::batcher
