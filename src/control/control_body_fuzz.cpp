#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/assert.hpp"
#include "control/fuzz_world.hpp"

/// The first byte chooses a route, the rest is its body: whatever is sent, the answer is one
/// of api/control.yaml's, and never the server's fault.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using weir::control::FuzzWorld;
  constexpr int inputs_per_world = 2'000;  // what a body creates must not pile up
  static std::unique_ptr<FuzzWorld> world;
  static int inputs = 0;
  if (!world || ++inputs % inputs_per_world == 0) world = std::make_unique<FuzzWorld>();
  if (size == 0) return 0;
  const std::string body(reinterpret_cast<const char*>(data + 1), size - 1);
  const int status = world->send(data[0], body);
  WEIR_ASSERT(status == 200 || status == 201 || status == 400 || status == 404 || status == 409);
  return 0;
}
