#include "pipeline/courier/formats/file_reader.hpp"

#include <gmock/gmock.h>

#include "base/sha256.hpp"
#include "pipeline/courier/files/fake_folder.hpp"
#include "pipeline/courier/formats/format_limits.hpp"
#include "pipeline/courier/formats/test_records.hpp"

namespace weir::courier {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Parts final : public FileSink {
  Result<RecordSink*> begin(const std::string& member, const LandAs& land_as) override {
    parts.push_back(member + ":" + land_as.tag);
    return &records;
  }
  Result<void> end() override {
    ++ended;
    return {};
  }
  std::vector<std::string> parts;
  Records records;
  int ended = 0;
};

FileEntry entry_of(const std::string& json) {
  auto settings = parse_load_settings("[" + json + "]");
  EXPECT_TRUE(settings) << settings.error().message;
  return settings->entries.at(0);
}

const FileEntry csv = entry_of(R"({"object/type":"file","object/file-pattern":"'a'",
  "object/land-as":{"file/tag":"t","file/content-type":"text/csv","file/header-rows":1}})");

TEST(FileReaderTest, AFileThatChangesWhileItIsReadIsNoticed) {
  MemoryFolder folder;
  folder.files["a"] = std::string(1'000'000, 'x');
  const FoundFile file{"a", {1'000'000, folder.modified}, 0};
  EXPECT_EQ(sha256_of(folder, file), sha256_hex(folder.files["a"]));

  folder.on_read = [&] { folder.files["a"] += "y"; };
  const auto grown = sha256_of(folder, file);
  ASSERT_FALSE(grown);
  EXPECT_EQ(grown.error().code, Errc::conflict);
  EXPECT_THAT(grown.error().message, HasSubstr("'a' changed while it was read: 1000000 bytes"));

  folder.files["a"] = std::string(1'000'000, 'x');
  folder.on_read = [&] { folder.modified += std::chrono::seconds(1); };
  EXPECT_FALSE(sha256_of(folder, file));
  folder.on_read = [] {};
  EXPECT_FALSE(sha256_of(folder, file)) << "changed since it was listed";
}

TEST(FileReaderTest, AStopEndsAReadingWithinAPieceOfTheFile) {
  MemoryFolder folder;
  std::string& text = folder.files["a"];
  while (text.size() < 10 * limits::piece_bytes)
    text += "1,2\n";
  const FoundFile file{"a", {text.size(), folder.modified}, 0};
  std::stop_source stop;
  int reads = 0;
  folder.on_read = [&] {
    if (++reads == 3) stop.request_stop();
  };
  EXPECT_EQ(sha256_of(folder, file, stop.get_token()).error().code, Errc::unavailable);
  EXPECT_EQ(reads, 3);
  stop = {};
  reads = 0;
  Parts parts;
  EXPECT_EQ(read_file(folder, file, csv, parts, stop.get_token()).error().code, Errc::unavailable);
  EXPECT_EQ(reads, 3) << "not even for the checksum";
  EXPECT_EQ(parts.ended, 0);
}

TEST(FileReaderTest, RecordsAndChecksumAreOfTheSameBytes) {
  MemoryFolder folder;
  folder.files["a"] = "x,y\n1,2\n";
  Parts parts;
  EXPECT_EQ(read_file(folder, {"a", {8, folder.modified}, 0}, csv, parts),
            sha256_hex(folder.files["a"]));
  EXPECT_THAT(parts.records.records, ElementsAre(R"({"x":"1","y":"2"})"));
  EXPECT_THAT(parts.parts, ElementsAre(":t"));
  EXPECT_EQ(parts.ended, 1);
}

TEST(FileReaderTest, AFileThatGrowsIsSaidToChangeAndNotToBeDamaged) {
  MemoryFolder folder;
  folder.files["a"] = "\x1F\x8B cut off";
  folder.on_read = [&] { folder.files["a"] += "y"; };
  Parts parts;
  const auto read =
      read_file(folder, {"a", {folder.files["a"].size(), folder.modified}, 0}, csv, parts);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("changed while it was read"));
}

TEST(FileReaderTest, DamageIsSaidWithTheNameOfTheFile) {
  MemoryFolder folder;
  folder.files["a"] = "\x1F\x8B cut off";
  Parts parts;
  const auto read = read_file(folder, {"a", {10, folder.modified}, 0}, csv, parts);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("Reading 'a': The gzip data are"));
  EXPECT_EQ(parts.ended, 0);
}

}  // namespace
}  // namespace weir::courier
