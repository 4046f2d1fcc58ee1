#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace weir::gateway {

/// The compression of a body in transit (Content-Encoding).
enum class Coding : std::uint8_t { identity, gzip, zstd };

/// Decompresses a body into at most the memory that a body may have: a decompression bomb costs no
/// more than a valid payload of that size. Takes gzip with any number of members and zstd with any
/// number of frames, and verifies checksums that were sent. Used by one thread; keeps its memory
/// between calls, except that of an unusually large body.
class Expander {
 public:
  Expander();
  ~Expander();
  Expander(const Expander&) = delete;
  Expander& operator=(const Expander&) = delete;

  /// Returns the decompressed body, valid until the next call, with http::body_padding readable
  /// bytes after it. Errors: too_large when it exceeds `bytes_max`; bad_request when it is
  /// incomplete or not in the coding.
  Result<std::string_view> expand(Coding coding, std::string_view body, std::uint64_t bytes_max);

 private:
  class Gzip;
  class Zstd;
  class Output;
  template <class Decoder>
  Result<std::string_view> expand_with(Decoder& decoder, std::string_view body,
                                       std::uint64_t bytes_max);

  std::unique_ptr<Output> output_;
  std::unique_ptr<Gzip> gzip_;  // once it was needed
  std::unique_ptr<Zstd> zstd_;
};

}  // namespace weir::gateway
