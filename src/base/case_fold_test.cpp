#include "base/case_fold.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

struct Pair {
  const char* a;
  const char* b;
};

// Recorded from Spark 3.5: whether a column of the one name is found by the other, both ways.
constexpr Pair same[] = {
    {"Amount", "aMOUNT"}, {"GRÖßE", "größe"},   {"ß", "ẞ"},      {"ΟΔΟΣ", "οδος"}, {"\u212A", "k"},
    {"\u212A", "K"},      {"Å", "\u212B"},      {"Ǆ", "ǆ"},      {"ǅ", "Ǆ"},       {"Ꭰ", "ꭰ"},
    {"Ⴀ", "ⴀ"},           {"𐐀", "𐐨"},           {"θ", "\u03F4"}, {"Ա", "ա"},       {"Ⓐ", "ⓐ"},
    {"Ა", "ა"},         {"ЦЕНА.Ü", "цена.ü"}, {"İ", "İ"},
};
constexpr Pair different[] = {
    {"GRÖßE", "GRÖSSE"}, {"İ", "i"},       {"I", "ı"},   {"ı", "i"},  {"ς", "σ"},
    {"Σ", "ς"},          {"ΟΔΟΣ", "οδοσ"}, {"ſ", "s"},   {"µ", "μ"},  {"ϐ", "β"},
    {"ﬁ", "fi"},         {"ẛ", "ṡ"},       {"ᲀ", "в"}, {"ŉ", "ʼn"}, {"é", "e\u0301"},
};

TEST(CaseFold, NamesThatSparkTakesForOneAreOne) {
  for (const auto& [a, b] : same) {
    EXPECT_TRUE(same_name(a, b)) << a << " " << b;
    EXPECT_EQ(folded_name(a), folded_name(b));
  }
}

TEST(CaseFold, NamesThatSparkTellsApartStayTwo) {
  for (const auto& [a, b] : different) {
    EXPECT_FALSE(same_name(a, b)) << a << " " << b;
    EXPECT_NE(folded_name(a), folded_name(b));
  }
}

TEST(CaseFold, NothingAndBytesThatAreNoTextAreNames) {
  EXPECT_EQ(folded_name(""), "");
  EXPECT_TRUE(same_name("", ""));
  EXPECT_FALSE(same_name("a", "ab"));
  EXPECT_EQ(folded_name("AÖ\xFF"), "aö\xFF");
}

}  // namespace
}  // namespace weir
