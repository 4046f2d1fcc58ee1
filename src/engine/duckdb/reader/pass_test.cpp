#include "engine/duckdb/reader/pass.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/record_index.hpp"
#include "base/sha256.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/test_files.hpp"

namespace weir::engine::duckdb {
namespace {

/// A line as a reader of the whole file, or of a part of it, sees it.
struct Seen {
  std::size_t file = 0;
  std::uint64_t number = 0;
  std::uint64_t offset = 0;
  std::string text;
  std::string receipt;
  auto operator<=>(const Seen&) const = default;
};

class PassTest : public ::testing::Test {
 protected:
  /// Adds a file whose sequences have gaps.
  void add(const std::string& content) {
    ReadPlan& plan = reading_->plan;
    const std::string name = std::to_string(plan.paths.size());
    plan.paths.push_back(folder_.write(name + ".ndjson", content));
    plan.claims.push_back(FileClaim{name, content.size(), sha256_hex(content)});
    plan.records.emplace_back();
    if (content.empty()) return;
    RecordIndex index;
    std::uint64_t sequence = 100;
    std::uint64_t records = 0;
    for (std::size_t at = 0; at < content.size(); at = content.find('\n', at) + 1) {
      index.add({sequence}, at);
      sequence += records % 97 == 0 ? 5 : 1;
      ++records;
      if (content.find('\n', at) == std::string::npos) break;
    }
    plan.records.back() = {{}, {}, {StreamNo{7}, PartitionNo{0}, {100}}, {sequence + 1}, records};
    folder_.write(name + ".index", index.encode());
  }

  /// The lines that takers who take turns see.
  std::multiset<Seen> seen_by(std::size_t takers) {
    Pass pass(reading_, true);
    std::vector<TakenLines> taken(takers);
    std::multiset<Seen> out;
    for (std::size_t turn = 0;; ++turn) {
      TakenLines& lines = taken[turn % takers];
      const auto more = pass.take_lines(lines);
      EXPECT_TRUE(more) << more.error().message;
      if (!more || !*more) break;
      BlockLines each;
      each.begin(lines.block, reading_->plan.mended_of(lines.file));
      while (const auto line = each.next())
        out.insert({lines.file, line->number, line->offset, std::string(line->text),
                    std::string(lines.receipts.of(*line))});
      ++blocks_;
    }
    return out;
  }

  std::multiset<Seen> seen_line_by_line() {
    const ReadPlan& plan = reading_->plan;
    std::multiset<Seen> out;
    for (std::size_t i = 0; i < plan.paths.size(); ++i) {
      auto lines = FileLines::open(plan.paths[i], plan.claims[i], plan.mended_of(i));
      auto receipts = FileReceipts::open(plan, i);
      EXPECT_TRUE(lines && receipts);
      while (true) {
        const auto line = lines->next();
        EXPECT_TRUE(line);
        if (!line || !*line) break;
        out.insert({i, (*line)->number, (*line)->offset, std::string((*line)->text),
                    std::string(receipts->of(**line))});
      }
    }
    return out;
  }

  TestFolder folder_;
  std::shared_ptr<Reading> reading_ = std::make_shared<Reading>();
  std::size_t blocks_ = 0;
};

TEST_F(PassTest, ThreadsThatShareFilesSeeEachLineOnceInItsPlace) {
  std::string large;
  for (int i = 0; large.size() < 5 * limits::read_buffer_bytes; ++i)
    large += "{\"a\":" + std::string(static_cast<std::size_t>(i % 300), 'x') + "}" +
             (i % 11 == 0 ? "\r\n" : "\n") + (i % 1000 == 0 ? "\n" : "");
  add(large);
  add("");
  add("{}\n" + std::string(3 * limits::read_buffer_bytes, 'y') + "\nlast, which does not end");
  reading_->plan.mended[0] = {{4, "mended"}, {20'000, "mended too"}};

  const auto expected = seen_line_by_line();
  EXPECT_GT(expected.size(), 20'000U);
  EXPECT_EQ(expected.count({}), 0U);
  for (const std::size_t takers : {1, 2, 3, 7})
    EXPECT_TRUE(seen_by(takers) == expected) << takers;
  EXPECT_GT(blocks_, 4 * 8U);
  for (std::size_t i = 0; i < reading_->plan.paths.size(); ++i)
    EXPECT_TRUE(reading_->report.is_whole(i));
}

TEST_F(PassTest, AFileThatIsNotAsClaimedEndsThePassForAll) {
  add(std::string(2 * limits::read_buffer_bytes, 'x') + "\n{}\n");
  add("{}\n");
  reading_->plan.claims[0]->sha256 = sha256_hex("another");
  Pass pass(reading_, false);
  TakenLines one;
  TakenLines other;
  ASSERT_TRUE(pass.take_lines(one));
  Result<bool> more = true;
  while (more && *more)
    more = pass.take_lines(one);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::corrupt);
  const auto none = pass.take_lines(other);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  EXPECT_FALSE(reading_->report.is_whole(0));
}

}  // namespace
}  // namespace weir::engine::duckdb
