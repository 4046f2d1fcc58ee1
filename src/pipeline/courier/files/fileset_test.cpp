#include "pipeline/courier/files/fileset.hpp"

#include <gmock/gmock.h>

#include "pipeline/courier/files/fake_folder.hpp"

namespace weir::courier {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LoadSettings settings_of(const std::vector<std::pair<std::string, bool>>& patterns) {
  std::string json;
  for (const auto& [pattern, optional] : patterns)
    json += std::string(json.empty() ? "[" : ",") +
            R"({"object/type":"file","object/file-pattern":")" + pattern +
            R"(","object/optional":)" + (optional ? "true" : "false") +
            R"(,"object/land-as":{"file/tag":"t","file/content-type":"text/csv"}})";
  auto settings = parse_load_settings(json + "]");
  EXPECT_TRUE(settings);
  return *std::move(settings);
}

std::vector<std::string> paths(const DayFiles& day) {
  std::vector<std::string> all;
  all.reserve(day.files.size());
  for (const FoundFile& file : day.files)
    all.push_back(std::to_string(file.entry) + ":" + file.path);
  return all;
}

const Day march_2 = *parse_day("2027-03-02");
const Day march_3 = *parse_day("2027-03-03");

TEST(Fileset, ADayHasAllThatMatchByEntryAndPath) {
  MemoryFolder folder;
  for (const char* path :
       {"in/2027/03/02/b-2.csv", "in/2027/03/02/b-1.csv", "in/2027/03/03/b-1.csv",
        "in/2027/03/02/x/b-1.csv", "a-20270302.json", "in/2027/03/02/b.csv"})
    folder.files[path] = "x";
  const auto settings =
      settings_of({{"'in/'yyyy/MM/dd'/b-*.csv'", false}, {"'a-'yyyyMMdd'.json'", true}});
  const auto day = files_of_day(folder, settings, march_2);
  ASSERT_TRUE(day);
  EXPECT_THAT(paths(*day), ElementsAre("0:in/2027/03/02/b-1.csv", "0:in/2027/03/02/b-2.csv",
                                       "1:a-20270302.json"));
  EXPECT_THAT(folder.listed, ElementsAre("in/2027/03/02", ""));
}

TEST(Fileset, AllThereIsComesInTheOrderOfDays) {
  MemoryFolder folder;
  for (const char* path :
       {"2027/b-03-03", "2027/b-03-02", "2026/b-12-31", "2027/b-13-01", "2027/b-02-30"})
    folder.files[path] = "x";
  const auto days = files_of_all_days(folder, settings_of({{"yyyy'/b-'MM-dd", false}}));
  ASSERT_TRUE(days);
  std::vector<std::string> seen;
  seen.reserve(days->size());
  for (const DayFiles& day : *days)
    seen.push_back(weir::to_string(day.day) + " " + paths(day).at(0));
  EXPECT_THAT(seen, ElementsAre("2026-12-31 0:2026/b-12-31", "2027-03-02 0:2027/b-03-02",
                                "2027-03-03 0:2027/b-03-03"));
  const auto without = files_of_all_days(folder, settings_of({{"yyyy'/b'", false}}));
  ASSERT_FALSE(without);
  EXPECT_THAT(without.error().message, HasSubstr("does not name year, month and day"));
}

TEST(Fileset, ARequiredFileThatIsMissingIsNamed) {
  MemoryFolder folder;
  folder.files["a-02"] = "x";
  const auto complete = [&](const LoadSettings& settings, Day day) -> std::string {
    const auto files = files_of_day(folder, settings, day);
    EXPECT_TRUE(files);
    const auto done = check_complete(settings, *files);
    if (done) return "";
    EXPECT_EQ(done.error().code, Errc::not_found);
    return done.error().message;
  };
  const auto required = settings_of({{"'a-'dd", false}, {"'b-'dd", true}});
  EXPECT_EQ(complete(required, march_2), "");
  EXPECT_EQ(complete(required, march_3), "2027-03-03: no file matches 'a-'dd.");
  EXPECT_THAT(complete(settings_of({{"'a-'dd", true}, {"'b-'dd", false}}), march_2),
              AllOf(HasSubstr("'b-'dd"), testing::Not(HasSubstr("'a-'dd"))));
  const auto all_optional = settings_of({{"'a-'dd", true}, {"'b-'dd", true}});
  EXPECT_EQ(complete(all_optional, march_2), "");
  EXPECT_THAT(complete(all_optional, march_3), HasSubstr("but one is needed"));
}

TEST(Fileset, AFolderThatIsNotThereHasNoFiles) {
  MemoryFolder folder;
  folder.files["x"] = "";
  const auto day =
      files_of_day(folder, settings_of({{"'in/'dd'/*'", false}, {"'x/*'", false}}), march_2);
  ASSERT_TRUE(day);
  EXPECT_THAT(day->files, IsEmpty());
}

}  // namespace
}  // namespace weir::courier
