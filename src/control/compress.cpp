#include "control/compress.hpp"

#include <string_view>

#include <zlib.h>

#include "base/accept_encoding.hpp"
#include "base/limits.hpp"

// Whole bodies only: what is sent bit by bit is no answer of a handler. At level 4, lists of the
// API become a tenth of their size at over 100 MB a second.
namespace weir::control {
namespace {

constexpr int level = 4;
constexpr int gzip_window = 15 + 16;  // zlib's sign for a gzip header
constexpr int memory_level = 8;

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
  if (!http::takes_gzip(request)) return;
  std::string body = gzipped(response.body);
  if (body.empty()) return;
  response.body = std::move(body);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace weir::control
