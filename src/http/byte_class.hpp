#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Which bytes are allowed where in a head, and how far a run of them extends.
namespace weir::http {

enum class ByteClass : std::uint8_t {
  token = 1,   // RFC 9110 5.6.2: methods, field names
  target = 2,  // RFC 9112 3.2, and bytes from 0x80: what does not name anything here is a 404
  text = 4,    // RFC 9110 5.5: VCHAR, SP, HTAB and obs-text (bytes from 0x80)
};

constexpr std::array<std::uint8_t, 256> make_byte_classes() {
  std::array<std::uint8_t, 256> classes{};
  const auto add = [&classes](unsigned first, unsigned last, ByteClass is) {
    for (unsigned byte = first; byte <= last; ++byte)
      classes[byte] |= static_cast<std::uint8_t>(is);
  };
  add('0', '9', ByteClass::token);
  add('A', 'Z', ByteClass::token);
  add('a', 'z', ByteClass::token);
  for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
    add(static_cast<unsigned char>(c), static_cast<unsigned char>(c), ByteClass::token);
  add(0x21, 0x7E, ByteClass::target);
  add(0x80, 0xFF, ByteClass::target);
  add('\t', '\t', ByteClass::text);
  add(0x20, 0x7E, ByteClass::text);
  add(0x80, 0xFF, ByteClass::text);
  return classes;
}
inline constexpr auto byte_classes = make_byte_classes();

constexpr bool is(ByteClass wanted, char c) {
  return (byte_classes[static_cast<unsigned char>(c)] & static_cast<std::uint8_t>(wanted)) != 0;
}

#if defined(__SSE2__)
/// 0xFF where a byte is at least `least` (unsigned; SSE2's other comparisons are signed).
inline __m128i are_from(char least, __m128i bytes) {
  return _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(least)), bytes);
}

/// 0xFF where a byte certainly belongs to the class.
template <ByteClass wanted>
__m128i are(__m128i bytes) {
  const __m128i is_delete = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F));
  if constexpr (wanted == ByteClass::text) {
    const __m128i is_tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
    return _mm_andnot_si128(is_delete, _mm_or_si128(are_from(0x20, bytes), is_tab));
  } else if constexpr (wanted == ByteClass::target) {
    return _mm_andnot_si128(is_delete, are_from(0x21, bytes));
  } else {  // letters and '-', which most names consist of; the table knows the rest
    const __m128i small = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const __m128i is_letter = _mm_and_si128(_mm_cmpgt_epi8(small, _mm_set1_epi8('a' - 1)),
                                            _mm_cmplt_epi8(small, _mm_set1_epi8('z' + 1)));
    return _mm_or_si128(is_letter, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')));
  }
}
#endif

/// The end of the run of such bytes at `p`; never reads past `end`.
template <ByteClass wanted>
const char* skip(const char* p, const char* end) {
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const auto others = ~static_cast<unsigned>(_mm_movemask_epi8(are<wanted>(bytes))) & 0xFFFFu;
    if (others == 0) continue;
    p += std::countr_zero(others);
    if constexpr (wanted != ByteClass::token) return p;  // are() is exact
    break;
  }
#endif
  while (p != end && is(wanted, *p))
    ++p;
  return p;
}

inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// OWS, RFC 9110 5.6.3.
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

}  // namespace weir::http
