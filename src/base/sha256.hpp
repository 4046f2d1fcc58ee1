#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace weir {

/// The SHA-256 of bytes that come piece by piece. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  /// 64 lower-case hex digits; once, at the end.
  std::string hex();
  /// The same as bytes; once, at the end.
  std::array<char, 32> bytes();
  /// Begins anew, without allocating.
  void restart();

 private:
  struct Free {
    void operator()(void* context) const noexcept;
  };
  std::unique_ptr<void, Free> context_;
};

/// Of bytes that are all there.
std::string sha256_hex(std::string_view bytes);

}  // namespace weir
