// Whatever bytes come: nothing is expanded past the cap, and what is, is the same the second time.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "pipeline/gateway/expander.hpp"

namespace {

using weir::gateway::Coding;

void expand(Coding coding, std::string_view body) {
  constexpr std::uint64_t bytes_max = 100'000;
  static weir::gateway::Expander expander;
  static weir::gateway::Expander witness;
  const auto once = expander.expand(coding, body, bytes_max);
  const std::string kept = once ? std::string(*once) : once.error().message;
  if (once && once->size() > bytes_max) std::abort();
  const auto again = witness.expand(coding, body, bytes_max);
  if (once.has_value() != again.has_value()) std::abort();
  if ((again ? std::string(*again) : again.error().message) != kept) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  expand(Coding::gzip, body);
  expand(Coding::zstd, body);
  return 0;
}
