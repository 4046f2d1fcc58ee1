#include "pipeline/courier/formats/archive_members.hpp"

#include <array>
#include <cstring>

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>

#include "pipeline/courier/formats/format_limits.hpp"
#include "pipeline/courier/formats/test_records.hpp"

namespace weir::courier {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

struct Member {
  std::string path;
  std::string content;
  unsigned type = AE_IFREG;
  bool hard_link = false;
};

enum class Kind { tar, tgz, zip };

std::string archive_of(Kind kind, const std::vector<Member>& members) {
  std::string out(std::size_t{4} << 20, '\0');
  std::size_t used = 0;
  archive* const made = archive_write_new();
  if (kind == Kind::zip)
    archive_write_set_format_zip(made);
  else
    archive_write_set_format_pax_restricted(made);
  if (kind == Kind::tgz) archive_write_add_filter_gzip(made);
  EXPECT_EQ(archive_write_open_memory(made, out.data(), out.size(), &used), ARCHIVE_OK);
  for (const Member& member : members) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, member.path.c_str());
    archive_entry_set_filetype(entry, member.type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
    if (member.type == AE_IFLNK) archive_entry_set_symlink(entry, "/etc/passwd");
    if (member.hard_link) archive_entry_set_hardlink(entry, "other");
    EXPECT_EQ(archive_write_header(made, entry), ARCHIVE_OK);
    archive_write_data(made, member.content.data(), member.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(made);
  archive_write_free(made);
  out.resize(used);
  return out;
}

using Found = std::vector<std::pair<std::string, std::string>>;

Result<Found> members_of(const std::string& bytes, std::size_t piece = 100) {
  Found found;
  MemoryBytes source(bytes, piece);
  UnpackBudget budget(bytes.size());
  WEIR_CHECK(read_archive(source, budget,
                          [&](const std::string& path, ByteSource& member) -> Result<void> {
                            std::string content;
                            while (true) {
                              WEIR_TRY(const std::string_view some, member.next());
                              if (some.empty()) break;
                              content += some;
                            }
                            found.emplace_back(path, content);
                            return {};
                          }));
  return found;
}

TEST(ArchiveMembersTest, TarTgzAndZipAreToldByTheirContent) {
  const std::vector<Member> members = {
      {"in", "", AE_IFDIR}, {"./in/a.csv", "1,2\n"}, {"b\nc.json", std::string(300'000, 'x')}};
  for (const Kind kind : {Kind::tar, Kind::tgz, Kind::zip}) {
    const auto found = members_of(archive_of(kind, members));
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_THAT(*found, ElementsAre(Pair("in/a.csv", "1,2\n"),
                                    Pair("b\nc.json", std::string(300'000, 'x'))));
  }
}

TEST(ArchiveMembersTest, WhatLeadsOutIsRefused) {
  const std::array<Member, 7> odd = {{{"/etc/passwd", "x"},
                                      {"a/../../b", "x"},
                                      {"..", "x"},
                                      {"link", "", AE_IFLNK},
                                      {"device", "", AE_IFCHR},
                                      {"pipe", "", AE_IFIFO},
                                      {"hard", "", AE_IFREG, true}}};
  for (const Member& member : odd) {
    const auto found = members_of(archive_of(Kind::tar, {{"a", "1"}, member}));
    ASSERT_FALSE(found) << member.path;
    EXPECT_EQ(found.error().code, Errc::bad_request);
    EXPECT_THAT(found.error().message, HasSubstr("'" + member.path + "'"));
  }
}

TEST(ArchiveMembersTest, DamageIsRefused) {
  EXPECT_FALSE(members_of("no archive at all"));
  EXPECT_FALSE(members_of(""));
  for (const Kind kind : {Kind::tgz, Kind::zip}) {
    const std::string whole =
        archive_of(kind, {{"a", "some text that is long enough to be packed"}});
    EXPECT_FALSE(members_of(whole.substr(0, 60)));
  }
  // A byte that is another one changes what is not looked at, or is found out.
  const Member text{"a", "some text, some text, some text and some more text"};
  const std::string zip = archive_of(Kind::zip, {text});
  int refused = 0;
  for (std::size_t at = 30; at < zip.size(); ++at) {
    std::string damaged = zip;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const auto found = members_of(damaged);
    refused += found ? 0 : 1;
    EXPECT_TRUE(!found || found->empty() || found->at(0).second == text.content) << at;
  }
  EXPECT_GT(refused, 20);
}

TEST(ArchiveMembersTest, ABombIsRefused) {
  const std::string bomb =
      archive_of(Kind::zip, {{"a", std::string(std::size_t{200} << 20, '\0')}});
  ASSERT_LT(bomb.size(), std::size_t{300} << 10);
  const auto found = members_of(bomb, 1 << 16);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::too_large);
}

TEST(ArchiveMembersTest, TooManyMembersAreRefused) {
  UnpackBudget budget(1);
  for (std::uint64_t i = 0; i < limits::members_max; ++i)
    ASSERT_TRUE(budget.member());
  EXPECT_FALSE(budget.member());
}

}  // namespace
}  // namespace weir::courier
