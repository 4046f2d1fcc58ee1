#pragma once

#include <string>
#include <string_view>

#include <zlib.h>
#include <zstd.h>

#include "pipeline/gateway/expander.hpp"

/// For tests only: bodies as clients compress them.
namespace weir::gateway {

inline std::string gzip_compressed(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  const std::string in(text);
  std::string out(deflateBound(&stream, in.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string zstd_compressed(std::string_view text, int level = ZSTD_CLEVEL_DEFAULT) {
  std::string out(ZSTD_compressBound(text.size()) + 64, '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);  // as the command line tool does
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

inline std::string compressed(Coding coding, std::string_view text) {
  switch (coding) {
    case Coding::gzip:
      return gzip_compressed(text);
    case Coding::zstd:
      return zstd_compressed(text);
    case Coding::identity:
      break;
  }
  return std::string(text);
}

}  // namespace weir::gateway
