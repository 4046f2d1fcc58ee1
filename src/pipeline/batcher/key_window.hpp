#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/limits.hpp"
#include "base/sha256.hpp"
#include "catalog/records.hpp"
#include "pipeline/log/log.hpp"

/// Finds records that repeat an earlier one (spec/files.md 7, docs/formats/idempotency.md).
namespace weir::batcher {

struct KeySettings {
  /// How long a key is remembered, by the log's timestamps; 0: keys are ignored.
  std::chrono::microseconds window = std::chrono::hours(24);
  /// Bound for all streams together. Above it the oldest keys are forgotten first.
  std::uint64_t keys_max = limits::idempotency_keys_default;
};

/// The hashes of a partition's idempotency keys. A decision depends only on the earlier records of
/// the stream, so reading the log again after a crash decides the same. Takes 56 bytes a slot; the
/// slots double as they fill, up to the next power of two above keys_max. Used by one thread.
class KeyWindow {
 public:
  explicit KeyWindow(const KeySettings& settings) : settings_(settings) {}

  bool looks_at(const log::Record& record) const {
    return !record.idempotency_key.empty() && settings_.window.count() > 0;
  }
  catalog::KeyPrint print_of(const log::Record& record);

  enum class Verdict : std::uint8_t {
    fresh,      // the first record with its key, or the first since the window closed
    duplicate,  // the same key and body as `of`
    other_body  // the key of `of` with another body
  };
  struct Decision {
    Verdict verdict = Verdict::fresh;
    Sequence of;
  };
  /// Decides about a record, and remembers its key if it is fresh.
  Decision decide(const catalog::KeyPrint& print);

  /// Replaces the contents by the committed keys, oldest first.
  void load(const std::vector<catalog::KeyPrint>& prints);

  std::uint64_t keys() const { return count_; }
  std::uint64_t keys_max() const { return settings_.keys_max; }
  std::chrono::microseconds window() const { return settings_.window; }
  /// The receive time of the oldest remembered key.
  std::optional<Time> oldest() const;
  /// Keys forgotten before their window closed, since this object was made.
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
  std::vector<catalog::KeyPrint> ring_;  // its size is a power of two; the oldest is at first_
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::vector<std::uint32_t> slots_;  // place in the ring + 1, by the key's hash; 0: free
  std::uint64_t forgotten_early_ = 0;
  Sha256 hash_;
};

}  // namespace weir::batcher
