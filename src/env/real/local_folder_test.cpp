#include "env/real/local_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace weir {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class LocalFolderTest : public testing::Test {
 protected:
  LocalFolderTest() {
    std::string name = (fs::temp_directory_path() / "weir-folder-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    base_ = name;
    fs::create_directories(base_ / "root/in/2027");
    fs::create_directories(base_ / "root/sub");
    write("root/in/2027/a.csv", "a,b\n");
    write("root/b.csv", "bb");
    write("secret", "secret");
  }
  ~LocalFolderTest() override { fs::remove_all(base_); }

  void write(const std::string& path, const std::string& text) const {
    std::ofstream(base_ / path) << text;
  }
  LocalFolder root() const {
    auto folder = LocalFolder::open_root((base_ / "root").string());
    EXPECT_TRUE(folder);
    return *std::move(folder);
  }
  std::vector<std::string> names(const std::string& path) const {
    const auto entries = root().list(path, 100);
    if (!entries) return {entries.error().message};
    std::vector<std::string> all;
    all.reserve(entries->size());
    for (const auto& entry : *entries)
      all.push_back(entry.name + (entry.folder ? "/" : ""));
    return all;
  }
  Errc refusal(const std::string& path) const {
    const auto file = root().open(path);
    EXPECT_FALSE(file) << path;
    return file ? Errc::internal : file.error().code;
  }

  fs::path base_;
};

TEST_F(LocalFolderTest, FoldersAndFilesAreListedByName) {
  EXPECT_THAT(names(""), ElementsAre("b.csv", "in/", "sub/"));
  EXPECT_THAT(names("in/2027"), ElementsAre("a.csv"));
  const auto entries = root().list("in/2027", 1);
  ASSERT_TRUE(entries);
  EXPECT_EQ((*entries)[0].status.bytes, 4U);
}

TEST_F(LocalFolderTest, AFileIsRead) {
  auto file = root().open("in/2027/a.csv");
  ASSERT_TRUE(file);
  char text[8] = {};
  EXPECT_EQ((*file)->read_at(1, text, sizeof text), 3U);
  EXPECT_STREQ(text, ",b\n");
  const auto before = (*file)->status();
  fs::resize_file(base_ / "root/in/2027/a.csv", 9);
  const auto after = (*file)->status();
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->bytes, 4U);
  EXPECT_EQ(after->bytes, 9U);
}

TEST_F(LocalFolderTest, NoPathLeavesTheFolder) {
  for (const char* path : {"../secret", "in/../../secret", "..", ".", "", "/", "/etc/passwd",
                           "in//2027/a.csv", "./b.csv", "in/./2027/a.csv", "in/2027/"})
    EXPECT_EQ(refusal(path), Errc::bad_request) << path;
  EXPECT_EQ(refusal(std::string("b.csv\0x", 7)), Errc::bad_request);
  for (const char* path : {"..", "in/..", "/", "in/", "in//2027"})
    EXPECT_EQ(root().list(path, 100).error().code, Errc::bad_request) << path;
}

TEST_F(LocalFolderTest, NoLinkIsFollowed) {
  fs::create_symlink(base_ / "secret", base_ / "root/link");
  fs::create_symlink("b.csv", base_ / "root/inside");
  fs::create_directory_symlink(base_, base_ / "root/up");
  fs::create_directory_symlink("in", base_ / "root/sideways");
  EXPECT_EQ(refusal("link"), Errc::not_found);
  EXPECT_EQ(refusal("inside"), Errc::not_found);
  EXPECT_EQ(refusal("up/secret"), Errc::not_found);
  EXPECT_EQ(refusal("sideways/2027/a.csv"), Errc::not_found);
  EXPECT_EQ(root().list("up", 100).error().code, Errc::not_found);
  EXPECT_THAT(names(""), ElementsAre("b.csv", "in/", "sub/"));
}

TEST_F(LocalFolderTest, AFolderThatIsALinkItselfIsTheOperatorsChoice) {
  fs::create_directory_symlink(base_ / "root", base_ / "named");
  const auto folder = LocalFolder::open_root((base_ / "named").string());
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->open("b.csv"));
}

TEST_F(LocalFolderTest, WhatIsNoFileIsMissingAndHoldsNobodyUp) {
  ASSERT_EQ(::mkfifo((base_ / "root/pipe").c_str(), 0600), 0);
  EXPECT_EQ(refusal("pipe"), Errc::not_found);
  EXPECT_EQ(refusal("in"), Errc::not_found);
  EXPECT_EQ(refusal("b.csv/x"), Errc::not_found);
  EXPECT_EQ(refusal("nothing"), Errc::not_found);
  EXPECT_THAT(names("in/2028"), ElementsAre(HasSubstr("There is no folder 'in/2028'")));
  EXPECT_FALSE(LocalFolder::open_root((base_ / "secret").string()));
  EXPECT_THAT(names(""), ElementsAre("b.csv", "in/", "sub/"));
}

TEST_F(LocalFolderTest, AListingIsBounded) {
  EXPECT_TRUE(root().list("", 3));
  const auto more = root().list("", 2);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::too_large);
}

}  // namespace
}  // namespace weir
