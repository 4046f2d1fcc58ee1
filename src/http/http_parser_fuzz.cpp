// Whatever bytes come, in whatever pieces: the same requests and the same refusal come out.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_parser.hpp"

namespace {

using weir::http::MemoryBudget;
using weir::http::RequestParser;

struct Outcome {
  std::vector<std::string> requests;
  std::string refusal;
  bool operator==(const Outcome&) const = default;
};

std::string text_of(const weir::http::RequestView& request) {
  std::string text(request.method());
  text += '\0';
  text += request.target();
  for (std::size_t i = 0; i < request.field_count(); ++i) {
    text += '\0';
    text += request.field_name(i);
    text += ':';
    text += request.field_value(i);
  }
  text += '\0';
  text += request.body();
  text += request.keep_alive() ? "+" : "-";
  text += request.path();
  text += request.query();
  return text;
}

/// Pieces of the sizes in `sizes`, over and over; none: all at once.
Outcome parse(std::string_view bytes, std::string_view sizes) {
  MemoryBudget budget(1 << 26);
  RequestParser parser(budget, 4096);
  Outcome outcome;
  for (std::size_t piece = 0;;) {
    switch (parser.next()) {
      case RequestParser::Event::request:
        outcome.requests.push_back(text_of(parser.request("")));
        parser.take();
        continue;
      case RequestParser::Event::head:
        continue;
      case RequestParser::Event::refused:
        outcome.refusal = parser.refusal().message;
        return outcome;
      case RequestParser::Event::need_more:
        break;
    }
    if (bytes.empty()) return outcome;
    const std::size_t size =
        sizes.empty() ? bytes.size()
                      : std::size_t{1} + static_cast<unsigned char>(sizes[piece++ % sizes.size()]);
    const auto room = parser.room();
    const std::size_t count = std::min({size, bytes.size(), room.size()});
    std::copy_n(bytes.data(), count, room.data());
    parser.filled(count);
    bytes.remove_prefix(count);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t size_bytes = 4;
  if (size < size_bytes) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view bytes = input.substr(size_bytes);
  const Outcome whole = parse(bytes, {});
  if (parse(bytes, input.substr(0, size_bytes)) != whole) std::abort();
  if (parse(bytes, std::string_view("\0", 1)) != whole) std::abort();
  return 0;
}
