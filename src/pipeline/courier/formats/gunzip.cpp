// zlib and not the archive library's own filter, which does not look at gzip's checksum: a damaged
// file would be loaded as it came out.
#include "pipeline/courier/formats/gunzip.hpp"

#include <zlib.h>

#include "pipeline/courier/formats/format_limits.hpp"

namespace weir::courier {

Result<void> UnpackBudget::unpacked(std::uint64_t bytes) {
  bytes_ += bytes;
  const bool too_dense =
      bytes_ > limits::unpacked_bytes_free && bytes_ / limits::unpacked_ratio_max > file_bytes_;
  if (!too_dense && bytes_ <= limits::unpacked_bytes_max) return {};
  return fail(Errc::too_large,
              "It unpacks to more than " + std::to_string(bytes_) + " bytes from " +
                  std::to_string(file_bytes_) +
                  ", which is refused as an attack would look so; unpack it yourself and put what "
                  "is in it into the folder.");
}

Result<void> UnpackBudget::member() {
  if (++members_ <= limits::members_max) return {};
  return fail(Errc::too_large, "The archive has more than " + std::to_string(limits::members_max) +
                                   " members; make several of it.");
}

struct Gunzip::Stream {
  z_stream zlib = {};
  bool ready = false;
  ~Stream() {
    if (ready) inflateEnd(&zlib);
  }
};

Gunzip::Gunzip(ByteSource& packed, UnpackBudget& budget) : packed_(packed), budget_(budget) {}
Gunzip::~Gunzip() = default;

Result<void> Gunzip::begin() {
  begun_ = true;
  while (head_.size() < 2) {
    WEIR_TRY(const std::string_view piece, packed_.next());
    if (piece.empty()) break;
    head_ += piece;
  }
  if (!head_.starts_with("\x1F\x8B")) return {};
  stream_ = std::make_unique<Stream>();
  if (inflateInit2(&stream_->zlib, 15 + 16) != Z_OK)
    return fail(Errc::internal, "zlib could not be started.");
  stream_->ready = true;
  input_ = head_;
  output_.resize(limits::piece_bytes);
  return {};
}

Result<std::string_view> Gunzip::next() {
  if (!begun_) {
    WEIR_CHECK(begin());
    if (!stream_ && !head_.empty()) return std::string_view(head_);
  }
  if (!stream_) return packed_.next();
  return inflate_some();
}

Result<std::string_view> Gunzip::inflate_some() {
  z_stream& zlib = stream_->zlib;
  while (true) {
    if (input_.empty() && !input_ended_) {
      WEIR_TRY(input_, packed_.next());
      input_ended_ = input_.empty();
    }
    if (input_ended_) {
      if (between_) return std::string_view();
      return fail(Errc::bad_request, "The gzip data are cut off; copy the file again.");
    }
    if (between_) {
      if (input_[0] == '\0') {  // padding, as tapes have it
        input_.remove_prefix(1);
        continue;
      }
      inflateReset(&zlib);
      between_ = false;
    }
    // zlib does not write to its input.
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input_.data()));  // NOLINT
    zlib.avail_in = static_cast<uInt>(input_.size());
    zlib.next_out = reinterpret_cast<Bytef*>(output_.data());
    zlib.avail_out = static_cast<uInt>(output_.size());
    const int did = inflate(&zlib, Z_NO_FLUSH);
    input_.remove_prefix(input_.size() - zlib.avail_in);
    if (did != Z_OK && did != Z_STREAM_END && did != Z_BUF_ERROR)
      return fail(Errc::bad_request, std::string("The gzip data are damaged: ") +
                                         (zlib.msg != nullptr ? zlib.msg : "no gzip") +
                                         "; copy the file again.");
    between_ = did == Z_STREAM_END;
    const std::size_t got = output_.size() - zlib.avail_out;
    WEIR_CHECK(budget_.unpacked(got));
    if (got > 0) return std::string_view(output_).substr(0, got);
  }
}

}  // namespace weir::courier
