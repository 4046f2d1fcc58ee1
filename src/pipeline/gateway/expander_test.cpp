#include "pipeline/gateway/expander.hpp"

#include <string>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <zstd.h>

#include "base/limits.hpp"
#include "http/request.hpp"
#include "pipeline/gateway/test_compression.hpp"

namespace weir::gateway {
namespace {

using ::testing::HasSubstr;

std::string noise(std::size_t bytes) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < bytes) {
    state = state * 1664525 + 1013904223;
    text += static_cast<char>(state >> 24);
  }
  return text;
}

class ExpanderTest : public ::testing::TestWithParam<Coding> {
 protected:
  Result<std::string_view> expand(std::string_view body, std::uint64_t bytes_max = 1 << 20) {
    return expander_.expand(GetParam(), body, bytes_max);
  }
  std::string packed(std::string_view text) { return compressed(GetParam(), text); }
  Expander expander_;
};

TEST_P(ExpanderTest, WhatWasCompressedComesBackWithRoomBehindIt) {
  for (const std::string& text : {std::string("{\"a\":1}"), std::string(), noise(1), noise(65'536),
                                  noise(65'537), std::string(300'000, 'x')}) {
    const auto back = expand(packed(text));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, text);
    volatile char last = back->data()[back->size() + http::body_padding - 1];
    static_cast<void>(last);
  }
}

TEST_P(ExpanderTest, SeveralMembersOrFramesAreOneBody) {
  EXPECT_EQ(expand(packed("{\"a\":") + packed("") + packed("1}")).value(), "{\"a\":1}");
}

TEST_P(ExpanderTest, TheCapIsExact) {
  for (const std::size_t size : {1u, 1000u, 65'536u, 200'000u}) {
    const std::string body = packed(std::string(size, 'x'));
    EXPECT_TRUE(expand(body, size)) << size;
    const auto over = expand(body, size - 1);
    ASSERT_FALSE(over) << size;
    EXPECT_EQ(over.error().code, Errc::too_large);
    EXPECT_THAT(over.error().message, HasSubstr(std::to_string(size - 1) + " bytes"));
  }
}

TEST_P(ExpanderTest, ABombIsRefusedAndTheNextBodyIsTaken) {
  const std::string bomb = packed(std::string(64 * limits::mib, '\0'));
  ASSERT_LT(bomb.size(), 100'000u);
  EXPECT_EQ(expand(bomb, 260'096).error().code, Errc::too_large);
  EXPECT_EQ(expand(packed("{}")).value(), "{}");
}

TEST_P(ExpanderTest, WhatIsCutShortIsSaidToBe) {
  const std::string whole = packed(noise(5000));
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{11}, whole.size() / 2, whole.size() - 1}) {
    const auto back = expand(whole.substr(0, bytes));
    ASSERT_FALSE(back) << bytes;
    EXPECT_EQ(back.error().code, Errc::bad_request);
    EXPECT_THAT(back.error().message, HasSubstr("ends before it is complete")) << bytes;
  }
}

TEST_P(ExpanderTest, WhatIsDamagedOrSomethingElseIsRefused) {
  std::string damaged = packed(noise(5000));
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  const Coding other = GetParam() == Coding::gzip ? Coding::zstd : Coding::gzip;
  for (const std::string& body :
       {damaged, std::string("{\"a\":1}"), packed("{}") + "and more", compressed(other, "{}")}) {
    const auto back = expand(body);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, Errc::bad_request);
    EXPECT_THAT(back.error().message, HasSubstr("Compress it anew"));
  }
}

TEST_P(ExpanderTest, LargeAndSmallTakeTurns) {
  const std::string large(limits::payload_bytes_ceiling, 'x');
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(expand(packed(large), large.size()).value(), large);
    EXPECT_EQ(expand(packed("{}")).value(), "{}");
  }
}

INSTANTIATE_TEST_SUITE_P(Codings, ExpanderTest, ::testing::Values(Coding::gzip, Coding::zstd),
                         [](const auto& coding) {
                           return coding.param == Coding::gzip ? "Gzip" : "Zstd";
                         });

TEST(Expander, TheWindowThatAZstdFrameDeclaresCostsNothing) {
  // Magic number, a frame header with a window of 1 GiB, one raw block of one byte.
  const std::string huge("\x28\xB5\x2F\xFD\x00\xA0\x09\x00\x00x", 10);
  const std::string usual("\x28\xB5\x2F\xFD\x00\x68\x09\x00\x00x", 10);  // 8 MiB
  std::string frames;
  for (int i = 0; i < 10'000; ++i)
    frames += i % 2 == 0 ? huge : usual;
  Expander expander;
  EXPECT_EQ(expander.expand(Coding::zstd, frames, 260'096).value(), std::string(10'000, 'x'));
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  EXPECT_LT(use.ru_maxrss, 512 * 1024) << "KiB";
}

TEST(Expander, FormatsBeforeTheStandardOfZstdAreRefused) {
  Expander expander;
  for (const char version : {'\x25', '\x26', '\x27'}) {
    std::string body(20, '\0');
    body[0] = version;
    body.replace(1, 3, "\xB5\x2F\xFD");
    EXPECT_EQ(expander.expand(Coding::zstd, body, 1000).error().code, Errc::bad_request);
  }
}

TEST(Expander, WhatIsNotCompressedIsItself) {
  Expander expander;
  EXPECT_EQ(expander.expand(Coding::identity, "{}", 2).value(), "{}");
}

}  // namespace
}  // namespace weir::gateway
