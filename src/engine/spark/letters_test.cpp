#include "engine/spark/letters.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace weir::spark {
namespace {

constexpr std::int32_t all = std::numeric_limits<std::int32_t>::max();

TEST(Letters, CaseIsJavas) {
  EXPECT_EQ(upper_letters("straße ﬁn ŉ ǆ"), "STRASSE FIN ʼN Ǆ");
  EXPECT_EQ(lower_letters("ΟΔΟΣ ΣΑ İ"), "οδος σα i̇");
  EXPECT_EQ(title_letters("hELLO wORLD  x"), "Hello World  X");
  EXPECT_EQ(title_letters("éTÉ ǆ ß"), "Été ǅ ß");
}

TEST(Letters, PartsCountCharacters) {
  EXPECT_EQ(sub_text("äöü😀x", 2, 2), "öü");
  EXPECT_EQ(sub_text("äöü😀x", 0, 1), "ä");
  EXPECT_EQ(sub_text("äöü😀x", -2, all), "😀x");
  EXPECT_EQ(sub_text("abc", -5, 3), "a");
  EXPECT_EQ(sub_text("abc", -5, 2), "");
  EXPECT_EQ(sub_text("abc", 2, -1), "");
  EXPECT_EQ(sub_text("abc", 9, all), "");
  EXPECT_EQ(sub_text("abc", all, all), "");
  EXPECT_EQ(sub_text("abc", -all - 1, all), "ab");
  EXPECT_EQ(first_letters("😀x", 1), "😀");
  EXPECT_EQ(first_letters("ab", -1), "");
  EXPECT_EQ(last_letters("x😀", 1), "😀");
  EXPECT_EQ(last_letters("ab", 9), "ab");
}

TEST(Letters, PlacesCountCharacters) {
  EXPECT_EQ(place_of("x", "äx", 1), 2);
  EXPECT_EQ(place_of("a", "abca", 2), 4);
  EXPECT_EQ(place_of("", "abc", 3), 1);
  EXPECT_EQ(place_of("z", "abc", 1), 0);
  EXPECT_EQ(place_of("a", "abc", 0), 0);
  EXPECT_EQ(place_of("a", "abc", all), 0);
}

}  // namespace
}  // namespace weir::spark
