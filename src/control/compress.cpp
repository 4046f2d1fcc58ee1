#include "control/compress.hpp"

#include <string_view>

#include <zlib.h>

#include "base/limits.hpp"

// Whole bodies only: what is sent bit by bit is no answer of a handler. At level 4, lists of the
// API become a tenth of their size at over 100 MB a second.
namespace weir::control {
namespace {

constexpr int level = 4;
constexpr int gzip_window = 15 + 16;  // zlib's sign for a gzip header
constexpr int memory_level = 8;

/// "gzip", "*" or either with a weight that is not 0, in a list of codings.
bool takes_gzip(std::string_view header) {
  while (!header.empty()) {
    std::string_view coding = header.substr(0, header.find(','));
    header.remove_prefix(std::min(header.size(), coding.size() + 1));
    while (coding.starts_with(' '))
      coding.remove_prefix(1);
    const std::string_view name = coding.substr(0, coding.find_first_of("; "));
    if (name != "gzip" && name != "*") continue;
    const std::size_t weight = coding.find("q=0");
    const bool is_zero =
        weight != std::string_view::npos &&
        coding.substr(weight + 3).find_first_of("123456789") == std::string_view::npos;
    return !is_zero;
  }
  return false;
}

bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/json") ||
         type.starts_with("application/yaml");
}

/// "" where zlib has no memory.
std::string gzipped(const std::string& body) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    return "";
  std::string out(deflateBound(&stream, body.size()), '\0');
  std::string copy = body;  // zlib's input is not const
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int end = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return end == Z_STREAM_END ? out : "";
}

}  // namespace

void compress(const http::Request& request, http::Response& response) {
  if (response.body.size() < limits::kib) return;
  if (!is_text(response.content_type)) return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  const auto header = request.headers.find("accept-encoding");
  if (header == request.headers.end() || !takes_gzip(header->second)) return;
  std::string body = gzipped(response.body);
  if (body.empty()) return;
  response.body = std::move(body);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace weir::control
