#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sha256.hpp"
#include "pipeline/store/object_store.hpp"

/// What every object store keeps, as tests: to be instantiated once for each store.
namespace weir::store {

/// A store, and what it stands on.
struct OpenedStore {
  std::unique_ptr<ObjectStore> store;
  std::vector<std::shared_ptr<void>> stands_on;  // let go after the store
};

struct StoreUnderTest {
  std::string name;
  /// Opens the same store again each time, as another process would.
  std::function<OpenedStore()> open;
  /// Why its server cannot be had here; empty: it can.
  std::function<std::string()> missing = [] { return std::string(); };
};

inline void PrintTo(const StoreUnderTest& store, std::ostream* out) {
  *out << store.name;
}

class StoreContract : public testing::TestWithParam<StoreUnderTest> {
 protected:
  void SetUp() override {
    if (const std::string why = GetParam().missing(); !why.empty()) GTEST_SKIP() << why;
    opened_ = GetParam().open();
    static std::atomic<int> tests{0};
    folder_ = "contract-" + std::to_string(::getpid()) + "-" + std::to_string(++tests);
  }
  ObjectStore& store() { return *opened_.store; }
  std::string key(const std::string& name) const { return folder_ + "/" + name; }

  static Result<void> put(ObjectStore& store, const std::string& key, std::string_view bytes,
                          IfThere if_there = IfThere::replace) {
    WEIR_TRY(const auto writer, store.create(key));
    constexpr std::size_t piece = 100'000;
    for (; bytes.size() > piece; bytes.remove_prefix(piece))
      WEIR_CHECK(writer->write(bytes.substr(0, piece)));
    WEIR_CHECK(writer->write(bytes));
    return writer->publish(if_there);
  }
  Result<void> put(const std::string& name, std::string_view bytes,
                   IfThere if_there = IfThere::replace) {
    return put(store(), key(name), bytes, if_there);
  }
  std::string read(const std::string& name) {
    const auto bytes = store().read(key(name));
    return bytes ? *bytes : "error: " + std::string(outcome_of(bytes.error().code).label);
  }

  /// Bytes of which no two megabytes are alike.
  static std::string many(std::size_t size, unsigned seed = 1) {
    std::string bytes(size, '\0');
    std::uint64_t state = seed;
    for (char& byte : bytes) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      byte = static_cast<char>(state >> 56);
    }
    return bytes;
  }

  /// Runs `work` in a process of its own, as which it ends; killed after `life`, if that is not 0.
  template <class Work>
  static int in_a_process(const Work& work, std::chrono::microseconds life = {}) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    if (life.count() > 0) {
      std::this_thread::sleep_for(life);
      ::kill(child, SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string folder_;
  OpenedStore opened_;
};

TEST_P(StoreContract, WhatWasPutIsReadBackWholeAndInRanges) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{70'000}}) {
    SCOPED_TRACE(size);
    const std::string bytes = many(size);
    const auto done = put("a", bytes);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(read("a"), bytes);
    EXPECT_EQ(store().size(key("a")).value_or(99), size);
    for (const auto& [offset, count] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
             {0, 1}, {0, size}, {size / 2, 10}, {size, 5}, {size + 7, 5}, {0, 0}, {0, size + 9}}) {
      const auto range = store().read_range(key("a"), offset, count);
      ASSERT_TRUE(range) << range.error().message;
      EXPECT_EQ(*range, offset < size ? bytes.substr(offset, count) : "") << offset << " " << count;
    }
  }
}

TEST_P(StoreContract, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(store().read(key("no")).error().code, Errc::not_found);
  EXPECT_EQ(store().read_range(key("no"), 0, 5).error().code, Errc::not_found);
  EXPECT_EQ(store().size(key("no")).error().code, Errc::not_found);
  EXPECT_TRUE(store().remove(key("no")));
  EXPECT_THAT(store().list(key("no")).value(), testing::IsEmpty());
}

TEST_P(StoreContract, WhatIsNoKeyIsRefused) {
  for (const std::string bad : {"", "/a", "a/", "a//b", "../a", "a/../b"}) {
    EXPECT_EQ(store().create(bad).error().code, Errc::bad_request) << bad;
    EXPECT_EQ(store().read(bad).error().code, Errc::bad_request) << bad;
    EXPECT_EQ(store().read_range(bad, 0, 1).error().code, Errc::bad_request) << bad;
    EXPECT_EQ(store().size(bad).error().code, Errc::bad_request) << bad;
    EXPECT_EQ(store().remove(bad).error().code, Errc::bad_request) << bad;
    EXPECT_EQ(store().list(bad).error().code, Errc::bad_request) << bad;
  }
}

TEST_P(StoreContract, PuttingAgainReplaces) {
  ASSERT_TRUE(put("a", "first, which is longer"));
  ASSERT_TRUE(put("a", "second"));
  EXPECT_EQ(read("a"), "second");
}

TEST_P(StoreContract, PutOnceIsRefusedWhereThereIsOne) {
  ASSERT_TRUE(put("a", "first", IfThere::refuse));
  for (const std::string& bytes : {std::string("second"), many(20'000'000)}) {
    const auto again = put("a", bytes, IfThere::refuse);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::conflict) << again.error().message;
    EXPECT_THAT(again.error().message, testing::HasSubstr(key("a")));
    EXPECT_EQ(read("a"), "first");
  }
}

TEST_P(StoreContract, OfTwelveThatPutOnceAtTheSameTimeOneWins) {
  constexpr int racers = 12;
  for (const std::size_t size : {std::size_t{100}, std::size_t{9'000'000}}) {
    const std::string name = "race-" + std::to_string(size);
    std::array<std::string, racers> wrote;
    std::array<Errc, racers> ended{};
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    std::atomic<int> winners{0};
    for (int i = 0; i < racers; ++i) {
      wrote[i] = many(size, i + 1);
      threads.emplace_back([&, i] {
        const auto writer = store().create(key(name)).value();
        const bool written = writer->write(wrote[i]).has_value();
        for (++ready; ready < racers;)
          std::this_thread::yield();
        const auto done = writer->publish(IfThere::refuse);
        ended[i] = done ? Errc::internal : done.error().code;
        if (written && done) ++winners;
      });
    }
    for (std::thread& thread : threads)
      thread.join();
    ASSERT_EQ(winners, 1);
    for (int i = 0; i < racers; ++i) {
      if (ended[i] == Errc::internal) {
        EXPECT_EQ(sha256_hex(read(name)), sha256_hex(wrote[i]));
      } else {
        EXPECT_EQ(ended[i], Errc::conflict);
      }
    }
  }
}

TEST_P(StoreContract, AFolderTellsTheNamesInItHoweverOdd) {
  const std::vector<std::string> odd = {"%",   "%2F",    "+",      "a b", "k=v",
                                        "x~y", "\u00fc", "&<>'\"", "#?"};
  for (const std::string& name : odd)
    ASSERT_TRUE(put("odd/" + name, name)) << name;
  ASSERT_TRUE(put("odd/in a+b/deep", "x"));
  std::vector<std::string> names = odd;
  names.emplace_back("in a+b");
  EXPECT_THAT(store().list(key("odd")).value(), testing::UnorderedElementsAreArray(names));
  EXPECT_THAT(store().list(key("odd/in a+b")).value(), testing::ElementsAre("deep"));
  EXPECT_THAT(store().list(key("od")).value(), testing::IsEmpty()) << "no part of a name";
  for (const std::string& name : odd) {
    EXPECT_EQ(read("odd/" + name), name);
    EXPECT_EQ(store().size(key("odd/" + name)).value_or(0), name.size());
    ASSERT_TRUE(store().remove(key("odd/" + name)));
  }
  EXPECT_THAT(store().list(key("odd")).value(), testing::ElementsAre("in a+b"));
}

TEST_P(StoreContract, AListEndsWhereItsReaderSaysSo) {
  for (int i = 0; i < 25; ++i)
    ASSERT_TRUE(put("many/" + std::to_string(i), "x"));
  EXPECT_THAT(store().list(key("many")).value(), testing::SizeIs(25));
  int seen = 0;
  const auto ended = store().for_each_name(key("many"), [&](const std::string&) -> Result<void> {
    if (++seen == 11) return fail(Errc::too_large, "enough");
    return {};
  });
  EXPECT_EQ(ended.error().message, "enough");
  EXPECT_EQ(seen, 11);
}

TEST_P(StoreContract, WhatWasRemovedIsGone) {
  ASSERT_TRUE(put("a/b", "x"));
  ASSERT_TRUE(store().remove(key("a/b")));
  EXPECT_EQ(read("a/b"), "error: not_found");
  EXPECT_TRUE(store().remove(key("a/b")));
  EXPECT_THAT(store().list(key("a")).value(), testing::IsEmpty());
  ASSERT_TRUE(put("a/b", "y", IfThere::refuse)) << "the name is free again";
}

TEST_P(StoreContract, AWriterThatIsDroppedLeavesNothing) {
  for (const std::size_t size : {std::size_t{10}, std::size_t{20'000'000}}) {
    const auto writer = store().create(key("dropped")).value();
    ASSERT_TRUE(writer->write(many(size)));
  }
  EXPECT_EQ(read("dropped"), "error: not_found");
  EXPECT_THAT(store().list(folder_).value(), testing::IsEmpty());
}

TEST_P(StoreContract, ALargeObjectTakesLittleMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer keeps what was freed";
#endif
  constexpr std::size_t size = 100'000'000;
  constexpr std::size_t piece = 1'000'000;
  const auto held_kib = [](const std::string& line) {
    std::ifstream status("/proc/self/status");
    for (std::string text; std::getline(status, text);)
      if (text.starts_with(line)) return std::stoul(text.substr(line.size() + 1));
    return 0UL;
  };
  const std::string bytes = many(piece);
  const int grown_mb = in_a_process([&] {
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
    const auto before = held_kib("VmRSS");
    const OpenedStore opened = GetParam().open();
    const auto writer = opened.store->create(key("large")).value();
    for (std::size_t written = 0; written < size; written += piece)
      if (!writer->write(bytes)) return 250;
    if (!writer->publish()) return 251;
    return static_cast<int>(std::min((held_kib("VmHWM") - before) / 1024, 249UL));
  });
  EXPECT_LT(grown_mb, 40);
  EXPECT_EQ(store().size(key("large")).value_or(0), size);
  EXPECT_EQ(store().read_range(key("large"), size - piece - 5, piece).value_or(""),
            bytes.substr(piece - 5) + bytes.substr(0, piece - 5));
  ASSERT_TRUE(store().remove(key("large")));
}

TEST_P(StoreContract, AKillAtAnyMomentOfAPutLeavesItWholeOrNotThere) {
  const std::string old = "there before";
  const std::string bytes = many(20'000'000);
  ASSERT_TRUE(put("replaced", old));
  int killed = 0;
  for (int nth = 0; nth < 8; ++nth) {
    const std::string name = "new-" + std::to_string(nth);
    const int ended = in_a_process(
        [&] {
          const OpenedStore opened = GetParam().open();
          if (!put(*opened.store, key(name), bytes)) return 1;
          return put(*opened.store, key("replaced"), bytes) ? 0 : 2;
        },
        std::chrono::milliseconds(3 + 25 * nth));
    killed += ended == -1 ? 1 : 0;
    if (ended == 0) {
      EXPECT_EQ(sha256_hex(read(name)), sha256_hex(bytes));
    }
    EXPECT_THAT(sha256_hex(read(name)),
                testing::AnyOf(sha256_hex("error: not_found"), sha256_hex(bytes)));
    EXPECT_THAT(sha256_hex(read("replaced")), testing::AnyOf(sha256_hex(old), sha256_hex(bytes)));
    const std::vector<std::string> names = store().list(folder_).value();
    for (const std::string& left : names)
      EXPECT_THAT(left, testing::AnyOf(testing::StartsWith("new-"), "replaced"));
    const OpenedStore next = GetParam().open();
    EXPECT_TRUE(next.store->sweep());
  }
  EXPECT_GT(killed, 0);
}

}  // namespace weir::store
