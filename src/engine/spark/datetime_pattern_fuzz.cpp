#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "engine/spark/datetime_pattern.hpp"

using weir::spark::DatetimePattern;
using weir::spark::Moment;

/// The first line is a pattern, the rest a text. A pattern is read or refused; reading a text by it
/// ends, and what was read can be written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), size);
  const std::string_view pattern = input.substr(0, line);
  const std::string_view text = line < size ? input.substr(line + 1) : std::string_view();
  const auto reads = DatetimePattern::parse(pattern, DatetimePattern::Use::read);
  const auto writes = DatetimePattern::parse(pattern, DatetimePattern::Use::write);
  if (!writes) WEIR_ASSERT(writes.error().code == weir::Errc::bad_request);
  if (!reads) {
    WEIR_ASSERT(reads.error().code == weir::Errc::bad_request);
    return 0;
  }
  const auto moment = reads->read(text);
  if (!moment || !writes) return 0;
  // What is written of it reads as itself, unless the pattern leaves parts of it out or cuts them.
  // Of a part that may be missing, what another part wrote may be read: "11" by D[D] is day 11.
  if (pattern.find('[') != std::string_view::npos) return 0;
  const std::string written = writes->write(*moment);
  const auto again = reads->read(written);
  if (again) WEIR_ASSERT(writes->write(*again) == written);
  return 0;
}
