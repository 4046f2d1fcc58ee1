#include "pipeline/batcher/key_window.hpp"

#include <map>
#include <string>

#include <gmock/gmock.h>

#include "env/fake/seeded_random.hpp"

namespace weir::batcher {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using Verdict = KeyWindow::Verdict;

constexpr StreamNo orders{1};
constexpr StreamNo visits{2};
constexpr Time noon = Day(std::chrono::year{2027} / 3 / 2) + hours(12);

class KeyWindowTest : public testing::Test {
 protected:
  KeyWindow::Decision send(const std::string& key, const std::string& body, Time at,
                           StreamNo stream = orders) {
    const Address address{stream, PartitionNo{0}, Sequence{++sequence_}};
    sent_ = window_.print_of({{}, address, at, PayloadType::json, key, body});
    return window_.decide(sent_);
  }

  KeyWindow window_{{}};
  catalog::KeyPrint sent_;
  std::uint64_t sequence_ = 0;
};

TEST_F(KeyWindowTest, TheSameKeyAndBodyIsADuplicateOfTheFirst) {
  EXPECT_EQ(send("k", "{}", noon).verdict, Verdict::fresh);
  for (const int later : {0, 1, 86'399}) {
    const auto again = send("k", "{}", noon + seconds(later));
    EXPECT_EQ(again.verdict, Verdict::duplicate);
    EXPECT_EQ(again.of, Sequence{1});
  }
}

TEST_F(KeyWindowTest, TheWindowIsMeasuredFromTheFirstAndEnds) {
  send("k", "{}", noon);
  send("k", "{}", noon + hours(23));
  EXPECT_EQ(send("k", "{}", noon + hours(24)).verdict, Verdict::fresh);
  EXPECT_EQ(send("k", "{}", noon + hours(47)).of, Sequence{3});
}

TEST_F(KeyWindowTest, AnotherBodyOrTypeIsNoDuplicate) {
  send("k", "{}", noon);
  const auto other = send("k", "{\"a\":1}", noon);
  EXPECT_EQ(other.verdict, Verdict::other_body);
  EXPECT_EQ(other.of, Sequence{1});
  EXPECT_EQ(send("k", "{}", noon).verdict, Verdict::duplicate) << "the first one holds the key";
}

TEST_F(KeyWindowTest, EachStreamHasKeysOfItsOwn) {
  send("k", "{}", noon);
  EXPECT_EQ(send("k", "{}", noon, visits).verdict, Verdict::fresh);
}

TEST_F(KeyWindowTest, AboveItsBoundTheOldestAreForgottenAndCounted) {
  window_ = KeyWindow({.keys_max = 3});
  for (const char* key : {"a", "b", "c", "d"})
    send(key, "{}", noon);
  EXPECT_EQ(window_.keys(), 3u);
  EXPECT_EQ(window_.forgotten_early(), 1u);
  EXPECT_EQ(send("b", "{}", noon).verdict, Verdict::duplicate);
  EXPECT_EQ(send("a", "{}", noon).verdict, Verdict::fresh);
}

TEST_F(KeyWindowTest, KeysWhoseWindowClosedAreForgottenWithoutBeingCounted) {
  send("a", "{}", noon);
  send("b", "{}", noon + hours(30));
  EXPECT_EQ(window_.keys(), 1u);
  EXPECT_EQ(window_.forgotten_early(), 0u);
  EXPECT_EQ(window_.oldest(), noon + hours(30));
}

TEST_F(KeyWindowTest, AWindowOfNothingLooksAtNoKey) {
  const KeyWindow off({.window = seconds(0)});
  EXPECT_FALSE(off.looks_at({{}, {}, noon, PayloadType::json, "k", "{}"}));
  EXPECT_TRUE(window_.looks_at({{}, {}, noon, PayloadType::json, "k", "{}"}));
  EXPECT_FALSE(window_.looks_at({{}, {}, noon, PayloadType::json, "", "{}"}));
}

/// Against the plainest map, over many keys that come, come again and grow old, and with the state
/// written out and read back in between.
TEST_F(KeyWindowTest, DecidesAsAMapWouldThroughGrowthAgeAndReloads) {
  const std::uint64_t seed = seed_from_environment_or_new();
  SCOPED_TRACE("rerun with WEIR_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  std::map<std::string, catalog::KeyPrint> first;
  Time now = noon;
  for (int i = 0; i < 20'000; ++i) {
    now += seconds(random.below(60));
    const std::string key = std::to_string(random.below(6000));
    const auto decision = send(key, "{}", now);
    const auto [place, fresh] = first.try_emplace(key, sent_);
    const bool over = now - place->second.received_at >= hours(24);
    if (over) place->second = sent_;
    ASSERT_EQ(decision.verdict, fresh || over ? Verdict::fresh : Verdict::duplicate) << i;
    ASSERT_EQ(decision.of, place->second.sequence) << i;
    if (random.one_in(2000)) {
      std::vector<catalog::KeyPrint> kept;
      for (const auto& [known, print] : first)
        kept.push_back(print);
      std::sort(kept.begin(), kept.end(),
                [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
      window_.load(kept);
    }
  }
}

}  // namespace
}  // namespace weir::batcher
