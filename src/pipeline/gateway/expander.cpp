#include "pipeline/gateway/expander.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "http/request.hpp"

namespace weir::gateway {
namespace {

constexpr std::size_t first_room = 64 * limits::kib;

/// The result of one step of a decoder.
enum class Step : std::uint8_t {
  more,    // it wants to be called again, with more input or more room
  end,     // a member or frame ends here
  broken,  // the bytes are not of its format
  cut,     // they end before the member or frame does
  over,    // there is not enough room
};

Failure too_large(std::uint64_t bytes_max) {
  return fail(Errc::too_large, "Expanded, the body is over the limit of " +
                                   std::to_string(bytes_max) + " bytes. Send a smaller one.");
}

Failure broken(std::string_view coding) {
  return fail(Errc::bad_request, "The body is not valid " + std::string(coding) +
                                     ". Compress it anew, or send it as it is without "
                                     "Content-Encoding.");
}

Failure cut_short(std::string_view coding) {
  return fail(Errc::bad_request,
              "The body's " + std::string(coding) + " ends before it is complete. Send all of it.");
}

}  // namespace

/// The decompressed bytes. The buffer doubles, up to one byte more than the limit, by which an
/// excess is detected.
class Expander::Output {
 public:
  void begin(std::uint64_t bytes_max) {
    if (capacity_ > limits::kept_scratch_bytes_max) reserve(0);
    used_ = 0;
    most_ = static_cast<std::size_t>(bytes_max) + 1;
  }
  std::span<char> room() {
    if (used_ == capacity_) reserve(std::max(first_room, capacity_ * 2));
    return {bytes_.get() + used_, std::min(capacity_, most_) - used_};
  }
  /// Room for all that may come. Memory that is never written to costs nearly nothing.
  std::span<char> whole_room() {
    if (capacity_ < most_) reserve(most_);
    return {bytes_.get() + used_, most_ - used_};
  }
  void filled(std::size_t bytes) { used_ += bytes; }
  bool is_over() const { return used_ == most_; }
  std::string_view text() const { return {bytes_.get(), used_}; }

 private:
  void reserve(std::size_t capacity) {
    std::unique_ptr<char[]> bytes;
    if (capacity > 0) {
      bytes = std::make_unique_for_overwrite<char[]>(capacity + http::body_padding);
      if (used_ > 0) std::memcpy(bytes.get(), bytes_.get(), used_);
    }
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::size_t most_ = 0;
};

/// RFC 1952, through zlib.
class Expander::Gzip {
 public:
  static constexpr std::string_view name = "gzip";

  Gzip() { ready_ = inflateInit2(&stream_, gzip_only_and_largest_window) == Z_OK; }
  ~Gzip() { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  bool begin() { return ready_ && inflateReset(&stream_) == Z_OK; }

  /// Consumes `in`, fills `out` and returns the number of bytes written.
  Step step(std::string_view& in, std::span<char> out, std::size_t& filled) {
    stream_.next_in = reinterpret_cast<const Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int said = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(in.size() - stream_.avail_in);
    filled = out.size() - stream_.avail_out;
    if (said == Z_STREAM_END) return Step::end;
    return said == Z_OK || said == Z_BUF_ERROR ? Step::more : Step::broken;
  }

 private:
  static constexpr int gzip_only_and_largest_window = 16 + MAX_WBITS;
  z_stream stream_{};
  bool ready_ = false;
};

/// RFC 8878, through libzstd. Decodes a whole frame at once, with the output as its window. A
/// decoder fed piece by piece would allocate the window that a frame's head declares, up to 8 MiB
/// for a frame of nine bytes, and would do so for every frame.
class Expander::Zstd {
 public:
  static constexpr std::string_view name = "zstd";

  bool begin() {
    if (!context_) context_.reset(ZSTD_createDCtx());
    return context_ != nullptr;
  }

  /// Consumes one frame of `in`, fills `out`, which has room for the whole frame, and returns the
  /// number of bytes written.
  Step step(std::string_view& in, std::span<char> out, std::size_t& filled) {
    if (!may_begin_a_frame(in)) return Step::broken;
    const std::size_t bytes = ZSTD_findFrameCompressedSize(in.data(), in.size());
    if (ZSTD_isError(bytes)) return step_of(ZSTD_getErrorCode(bytes));
    const std::size_t expanded =
        ZSTD_decompressDCtx(context_.get(), out.data(), out.size(), in.data(), bytes);
    if (ZSTD_isError(expanded)) return step_of(ZSTD_getErrorCode(expanded));
    in.remove_prefix(bytes);
    filled = expanded;
    return Step::end;
  }

 private:
  static Step step_of(ZSTD_ErrorCode code) {
    if (code == ZSTD_error_srcSize_wrong) return Step::cut;
    return code == ZSTD_error_dstSize_tooSmall ? Step::over : Step::broken;
  }

  /// libzstd also reads formats from before RFC 8878, with a new context for each frame.
  static bool may_begin_a_frame(std::string_view in) {
    if (in.size() < sizeof(std::uint32_t)) return true;  // it is cut
    const auto magic = get<std::uint32_t>(in.data());
    return magic == ZSTD_MAGICNUMBER ||
           (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
  }

  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
};

Expander::Expander() : output_(std::make_unique<Output>()) {}
Expander::~Expander() = default;

Result<std::string_view> Expander::expand(Coding coding, std::string_view body,
                                          std::uint64_t bytes_max) {
  switch (coding) {
    case Coding::gzip:
      if (!gzip_) gzip_ = std::make_unique<Gzip>();
      return expand_with(*gzip_, body, bytes_max);
    case Coding::zstd:
      if (!zstd_) zstd_ = std::make_unique<Zstd>();
      return expand_with(*zstd_, body, bytes_max);
    case Coding::identity:
      break;
  }
  return body;
}

template <class Decoder>
Result<std::string_view> Expander::expand_with(Decoder& decoder, std::string_view body,
                                               std::uint64_t bytes_max) {
  output_->begin(bytes_max);
  do {  // once for each member or frame
    if (!decoder.begin())
      return fail(Errc::overloaded, "There is no memory to expand the body. Send it again.");
    for (Step step = Step::more; step != Step::end;) {
      const std::size_t before = body.size();
      std::size_t filled = 0;
      if constexpr (std::is_same_v<Decoder, Zstd>)
        step = decoder.step(body, output_->whole_room(), filled);
      else
        step = decoder.step(body, output_->room(), filled);
      output_->filled(filled);
      if (step == Step::broken) return broken(Decoder::name);
      if (step == Step::over || output_->is_over()) return too_large(bytes_max);
      if (step == Step::cut || (step == Step::more && filled == 0 && body.size() == before))
        return cut_short(Decoder::name);
    }
  } while (!body.empty());
  return output_->text();
}

}  // namespace weir::gateway
