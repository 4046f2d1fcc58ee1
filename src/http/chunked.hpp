#pragma once

#include <cstdint>

namespace weir::http {

/// Decodes a chunked body in place (RFC 9112 section 7.1). Extensions and trailers are checked for
/// form, bounded and dropped. Bytes outside of chunk data are processed one at a time, so the
/// result does not depend on how the bytes were split in transit.
class ChunkedDecoder {
 public:
  enum class Step : std::uint8_t { more, done, bad, too_large };

  /// Consumes bytes from `in` up to `end` or the body's last byte, and moves data down to `out` (at
  /// or before `in`). Both are left at the place where it stopped. `too_large` once a chunk would
  /// take the data over `data_bytes_max`. After bad and too_large nothing more can be decoded.
  Step decode(char*& in, const char* end, char*& out, std::uint64_t data_bytes_max);
  /// Data that was announced so far: all of it that is here, and the rest of its last chunk.
  std::uint64_t announced() const { return data_; }

 private:
  enum class At : std::uint8_t {
    size_first,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    line_first,
    name,
    value,
    value_lf,
    last_lf,
    done
  };
  Step take(char c, std::uint64_t data_bytes_max);
  Step take_size(char c);
  Step take_trailer(char c);

  At at_ = At::size_first;
  std::uint64_t size_ = 0;     // of this chunk; then what is left of it
  std::uint64_t data_ = 0;     // of all chunks so far
  std::uint32_t line_ = 0;     // bytes of this chunk's size line
  std::uint32_t trailer_ = 0;  // bytes of the trailer section
};

}  // namespace weir::http
