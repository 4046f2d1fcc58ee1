#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/limits.hpp"
#include "base/sha256.hpp"
#include "catalog/records.hpp"
#include "pipeline/log/log.hpp"

/// Which records repeat an earlier one (spec/files.md 7, docs/formats/idempotency.md).
namespace weir::batcher {

struct KeySettings {
  /// How long a key is remembered, by the stamps of the log; 0: keys are not looked at.
  std::chrono::microseconds window = std::chrono::hours(24);
  /// Of all streams together. Above it the oldest are forgotten first.
  std::uint64_t keys_max = limits::idempotency_keys_default;
};

/// The prints of a partition's idempotency keys. A decision is a function of the records of its
/// stream before it, so it comes out the same when the log is read again after a crash. 56 bytes a
/// place; places double as it fills, up to the next power of two above keys_max. One thread.
class KeyWindow {
 public:
  explicit KeyWindow(const KeySettings& settings) : settings_(settings) {}

  bool looks_at(const log::Record& record) const {
    return !record.idempotency_key.empty() && settings_.window.count() > 0;
  }
  catalog::KeyPrint print_of(const log::Record& record);

  enum class Verdict : std::uint8_t {
    fresh,      // the first with its key, or the first since the window closed
    duplicate,  // the same key and body as `of`
    other_body  // the key of `of` with another body
  };
  struct Decision {
    Verdict verdict = Verdict::fresh;
    Sequence of;
  };
  /// What is fresh is remembered from now on.
  Decision decide(const catalog::KeyPrint& print);

  /// What was committed, oldest first; forgets all else.
  void load(const std::vector<catalog::KeyPrint>& prints);

  std::uint64_t keys() const { return count_; }
  std::uint64_t keys_max() const { return settings_.keys_max; }
  std::chrono::microseconds window() const { return settings_.window; }
  /// When the oldest that is remembered was received.
  std::optional<Time> oldest() const;
  /// Keys forgotten before their window closed, since this was made.
  std::uint64_t forgotten_early() const { return forgotten_early_; }

 private:
  bool is_live(const catalog::KeyPrint& print, Time at) const {
    return at - print.received_at < settings_.window;
  }
  void remember(const catalog::KeyPrint& print);
  void forget_oldest();
  void grow();
  std::size_t find(const catalog::KeyPrint& print) const;
  std::size_t home(const catalog::KeyPrint& print) const {
    return print.key[0] & (slots_.size() - 1);
  }
  void vacate(std::size_t slot);

  KeySettings settings_;
  std::vector<catalog::KeyPrint> ring_;  // of powers of two; the oldest at first_
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::vector<std::uint32_t> slots_;  // place in the ring + 1, by the key's hash; 0: free
  std::uint64_t forgotten_early_ = 0;
  Sha256 hash_;
};

}  // namespace weir::batcher
