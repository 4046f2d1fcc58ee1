#pragma once

#include <string>

#include "pipeline/courier/formats/byte_source.hpp"

namespace weir::courier {

/// Text as UTF-8 without a byte order mark: UTF-16 is told by its mark, everything else passes as
/// it is. Half of a surrogate pair becomes U+FFFD, as a JVM makes of it.
class TextSource final : public ByteSource {
 public:
  /// `bytes` outlives it.
  explicit TextSource(ByteSource& bytes) : bytes_(bytes) {}
  Result<std::string_view> next() override;
  /// Whether a mark said the encoding; known once something was read.
  bool is_marked() const { return marked_; }

 private:
  enum class Encoding { unknown, utf8, utf16_big, utf16_little };
  Result<std::string_view> begin();
  void decode(std::string_view bytes);
  void take(char16_t unit);
  void put(char32_t character);

  ByteSource& bytes_;
  Encoding encoding_ = Encoding::unknown;
  bool marked_ = false;
  std::string head_;
  std::string text_;
  bool has_byte_ = false;  // half of a unit
  unsigned char byte_ = 0;
  char16_t high_ = 0;  // half of a pair
  bool ended_ = false;
};

/// Text that is taken from the front as it is needed: what was taken is forgotten. Used by one
/// thread.
class TextBuffer {
 public:
  /// `source` outlives it.
  explicit TextBuffer(ByteSource& source) : source_(source) {}

  /// What was read and not taken. Changes with more() and take().
  std::string_view text() const { return std::string_view(text_).substr(begin_); }
  /// Reads a piece; false at the end.
  Result<bool> more();
  bool at_end() const { return ended_; }
  void take(std::size_t bytes) { begin_ += bytes; }

 private:
  ByteSource& source_;
  std::string text_;
  std::size_t begin_ = 0;
  bool ended_ = false;
};

}  // namespace weir::courier
