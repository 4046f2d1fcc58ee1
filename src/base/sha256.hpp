#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace weir {

/// The SHA-256 of bytes that arrive in pieces. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  /// Returns 64 lower-case hex digits. Call it once, at the end.
  std::string hex();
  /// Returns the same digest as raw bytes. Call it once, at the end.
  std::array<char, 32> bytes();
  /// Starts a new hash, without allocating.
  void restart();

 private:
  struct Free {
    void operator()(void* context) const noexcept;
  };
  std::unique_ptr<void, Free> context_;
};

/// The SHA-256 of bytes that are in memory as a whole.
std::string sha256_hex(std::string_view bytes);

}  // namespace weir
