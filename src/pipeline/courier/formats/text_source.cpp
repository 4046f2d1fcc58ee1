// UTF-16 is decoded here and not by iconv: units and pairs are cut by the pieces, which a converter
// of whole texts does not take.
#include "pipeline/courier/formats/text_source.hpp"

namespace weir::courier {
namespace {

constexpr char32_t replacement = 0xFFFD;

bool is_high(char16_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low(char16_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

}  // namespace

Result<std::string_view> TextSource::begin() {
  while (head_.size() < 3) {
    WEIR_TRY(const std::string_view piece, bytes_.next());
    if (piece.empty()) break;
    head_ += piece;
  }
  std::string_view rest = head_;
  encoding_ = Encoding::utf8;
  if (rest.starts_with("\xEF\xBB\xBF")) {
    rest.remove_prefix(3);
  } else if (rest.starts_with("\xFE\xFF") || rest.starts_with("\xFF\xFE")) {
    encoding_ = rest[0] == '\xFE' ? Encoding::utf16_big : Encoding::utf16_little;
    rest.remove_prefix(2);
  }
  marked_ = rest.size() < head_.size();
  return rest;
}

Result<std::string_view> TextSource::next() {
  std::string_view piece;
  if (encoding_ == Encoding::unknown) {
    WEIR_TRY(piece, begin());
  }
  while (!ended_) {
    if (piece.empty()) {
      WEIR_TRY(piece, bytes_.next());
    }
    ended_ = piece.empty();
    if (encoding_ == Encoding::utf8) return piece;
    text_.clear();
    decode(piece);
    if (!text_.empty()) return std::string_view(text_);
    piece = {};
  }
  return std::string_view();
}

void TextSource::decode(std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (has_byte_)
      take(static_cast<char16_t>(encoding_ == Encoding::utf16_big ? byte_ << 8 | byte
                                                                  : byte << 8 | byte_));
    byte_ = byte;
    has_byte_ = !has_byte_;
  }
  if (!ended_) return;
  if (high_ != 0) put(replacement);
  if (has_byte_) put(replacement);
  high_ = 0;
}

void TextSource::take(char16_t unit) {
  if (high_ != 0 && is_low(unit)) {
    put(0x10000 + ((high_ - 0xD800U) << 10) + (unit - 0xDC00U));
    high_ = 0;
    return;
  }
  if (high_ != 0) put(replacement);
  high_ = is_high(unit) ? unit : char16_t{0};
  if (is_low(unit)) return put(replacement);
  if (high_ == 0) put(unit);
}

void TextSource::put(char32_t character) {
  const auto tail = [&](unsigned shift) {
    text_ += static_cast<char>(0x80U | ((character >> shift) & 0x3FU));
  };
  if (character < 0x80) {
    text_ += static_cast<char>(character);
  } else if (character < 0x800) {
    text_ += static_cast<char>(0xC0U | (character >> 6));
    tail(0);
  } else if (character < 0x10000) {
    text_ += static_cast<char>(0xE0U | (character >> 12));
    tail(6);
    tail(0);
  } else {
    text_ += static_cast<char>(0xF0U | (character >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

Result<bool> TextBuffer::more() {
  if (ended_) return false;
  text_.erase(0, begin_);
  begin_ = 0;
  WEIR_TRY(const std::string_view piece, source_.next());
  ended_ = piece.empty();
  text_ += piece;
  return !ended_;
}

}  // namespace weir::courier
