// What is read as a head is written again as the same bytes.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "pipeline/log/kafka/record_head.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);  // NOLINT
  const auto head = weir::log::kafka::decode_record_head(bytes);
  if (head) WEIR_ASSERT(weir::log::kafka::encode(*head) == bytes);
  return 0;
}
