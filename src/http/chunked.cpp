#include "http/chunked.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "http/byte_class.hpp"

namespace weir::http {
ChunkedDecoder::Step ChunkedDecoder::decode(char*& in, const char* end, char*& out,
                                            std::uint64_t data_bytes_max) {
  while (in != end) {
    if (at_ == At::data) {
      const auto here = static_cast<std::uint64_t>(end - in);
      const auto bytes = static_cast<std::size_t>(std::min(size_, here));
      if (out != in) std::memmove(out, in, bytes);
      in += bytes;
      out += bytes;
      size_ -= bytes;
      if (size_ == 0) at_ = At::data_cr;
      continue;
    }
    const Step step = take(*in++, data_bytes_max);
    if (step != Step::more) return step;
  }
  return Step::more;
}

ChunkedDecoder::Step ChunkedDecoder::take(char c, std::uint64_t data_bytes_max) {
  switch (at_) {
    case At::size_first:
    case At::size:
    case At::extension:
      return take_size(c);
    case At::size_lf:
      if (c != '\n') return Step::bad;
      if (size_ > data_bytes_max - std::min(data_, data_bytes_max)) return Step::too_large;
      data_ += size_;
      at_ = size_ == 0 ? At::line_first : At::data;
      return Step::more;
    case At::data_cr:
      at_ = At::data_lf;
      return c == '\r' ? Step::more : Step::bad;
    case At::data_lf:
      at_ = At::size_first;
      line_ = 0;
      return c == '\n' ? Step::more : Step::bad;
    case At::last_lf:
      at_ = At::done;
      return c == '\n' ? Step::done : Step::bad;
    case At::data:
    case At::line_first:
    case At::name:
    case At::value:
    case At::value_lf:
    case At::done:
      break;
  }
  return take_trailer(c);
}

ChunkedDecoder::Step ChunkedDecoder::take_size(char c) {
  if (++line_ > limits::chunk_line_bytes_max) return Step::bad;
  if (at_ == At::extension) {
    if (c == '\r') at_ = At::size_lf;
    return c == '\r' || is(ByteClass::text, c) ? Step::more : Step::bad;
  }
  const int digit = hex_digit(c);
  if (digit >= 0) {
    if (at_ == At::size_first) size_ = 0;
    if (size_ >> 56) return Step::bad;
    size_ = size_ << 4 | static_cast<unsigned>(digit);
    at_ = At::size;
    return Step::more;
  }
  if (at_ == At::size_first) return Step::bad;
  if (c != '\r' && c != ';') return Step::bad;
  at_ = c == '\r' ? At::size_lf : At::extension;
  return Step::more;
}

ChunkedDecoder::Step ChunkedDecoder::take_trailer(char c) {
  if (at_ == At::done || ++trailer_ > limits::trailer_bytes_max) return Step::bad;
  if (at_ == At::line_first && c == '\r') {
    at_ = At::last_lf;
    return Step::more;
  }
  switch (at_) {
    case At::line_first:
      at_ = At::name;
      return is(ByteClass::token, c) ? Step::more : Step::bad;
    case At::name:
      if (c == ':') at_ = At::value;
      return c == ':' || is(ByteClass::token, c) ? Step::more : Step::bad;
    case At::value:
      if (c == '\r') at_ = At::value_lf;
      return c == '\r' || is(ByteClass::text, c) ? Step::more : Step::bad;
    default:  // value_lf
      at_ = At::line_first;
      return c == '\n' ? Step::more : Step::bad;
  }
}

}  // namespace weir::http
