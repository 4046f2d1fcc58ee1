#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace weir::gateway {

/// How a body was compressed for its way (Content-Encoding).
enum class Coding : std::uint8_t { identity, gzip, zstd };

/// Undoes a body's compression into no more room than a body may have: a bomb costs what an honest
/// payload of that size does. gzip of any number of members, zstd of any number of frames;
/// checksums are checked where they are sent. One thread; keeps its memory from call to call, but
/// not that of a rare large body.
class Expander {
 public:
  Expander();
  ~Expander();
  Expander(const Expander&) = delete;
  Expander& operator=(const Expander&) = delete;

  /// The body as it was before, good until the next call, with http::body_padding readable bytes
  /// behind it. too_large: it has more than `bytes_max`; bad_request: it is not whole, or not what
  /// the coding says.
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
