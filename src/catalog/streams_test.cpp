#include "catalog/streams.hpp"

#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "catalog/catalog_fixture.hpp"

namespace weir::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class StreamsTest : public CatalogTest {};

TEST_F(StreamsTest, ATenantIsFoundByItsName) {
  const auto found = catalog_->tenants().find("acme");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->no, acme_);
  EXPECT_EQ(found->created_at, clock_.now());
  EXPECT_EQ(code_of(catalog_->tenants().find("nobody")), Errc::not_found);
}

TEST_F(StreamsTest, TenantNamesAreUniqueAndFitIntoPaths) {
  EXPECT_EQ(code_of(catalog_->tenants().add("acme")), Errc::conflict);
  for (const std::string& name : {std::string(), std::string("Acme"), std::string("a/b"),
                                  std::string(".."), std::string("a b"), std::string(64, 'a')})
    EXPECT_EQ(code_of(catalog_->tenants().add(name)), Errc::bad_request) << name;
  EXPECT_TRUE(catalog_->tenants().add(std::string(63, 'a')));
}

TEST_F(StreamsTest, AStreamIsFoundAsItWasAdded) {
  const auto added =
      catalog_->streams().add(acme_, {"Sales", "From the tills", PayloadType::xml, true});
  ASSERT_TRUE(added);
  EXPECT_THAT(added->id, MatchesRegex("is-[0-9A-Za-z]{9}"));
  const auto found = catalog_->streams().find(acme_, added->id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->no, added->no);
  EXPECT_EQ(found->tenant_no, acme_);
  EXPECT_EQ(found->name, "Sales");
  EXPECT_EQ(found->description, "From the tills");
  EXPECT_EQ(found->payload_type, PayloadType::xml);
  EXPECT_TRUE(found->xml_check_sync);
  EXPECT_EQ(found->created_at, clock_.now());
}

TEST_F(StreamsTest, AnotherTenantsStreamIsNotThere) {
  const Stream stream = add_stream(rival_);
  const auto found = catalog_->streams().find(acme_, stream.id);
  EXPECT_EQ(code_of(found), Errc::not_found);
  EXPECT_THAT(message_of(found), HasSubstr(stream.id));
  EXPECT_TRUE(catalog_->streams().list(acme_, {})->items.empty());
}

TEST_F(StreamsTest, IdsThatAreSqlFindNothingAndBreakNothing) {
  const Stream stream = add_stream(acme_);
  for (const std::string& id :
       {std::string("' OR '1'='1"), std::string("\"; DROP TABLE streams; --"), std::string("%"),
        std::string(":id"), std::string(100'000, 'x')})
    EXPECT_EQ(code_of(catalog_->streams().find(acme_, id)), Errc::not_found);
  // PostgreSQL has no such text, and would cut it to one that may be there.
  EXPECT_EQ(code_of(catalog_->streams().find(acme_, stream.id + std::string("\0x", 2))),
            TestPlaces::on_postgres() ? Errc::bad_request : Errc::not_found);
  EXPECT_TRUE(catalog_->streams().find(acme_, stream.id));
}

TEST_F(StreamsTest, TextsAreKeptWhateverTheyHold) {
  const std::string text = "Robert'); DROP TABLE streams;-- \xF0\x9F\x90\x9F \"\\ %";
  const auto added = catalog_->streams().add(acme_, {text, text, std::nullopt, false});
  ASSERT_TRUE(added);
  EXPECT_EQ(added->name, text);
  EXPECT_EQ(catalog_->streams().find(acme_, added->id)->description, text);
}

TEST_F(StreamsTest, ANameIsNeitherEmptyNorEndless) {
  for (const std::string& name : {std::string(), std::string(" \t"), std::string(256, 'n')})
    EXPECT_EQ(code_of(catalog_->streams().add(acme_, {name, "", std::nullopt, false})),
              Errc::bad_request);
}

TEST_F(StreamsTest, ANewStreamIsInTheSnapshotAtOnce) {
  const std::uint64_t before = catalog_->snapshots().version();
  const Stream stream = add_stream(acme_, PayloadType::json);
  EXPECT_GT(catalog_->snapshots().version(), before);
  const auto snapshot = catalog_->snapshots().current();
  EXPECT_EQ(snapshot->version, catalog_->snapshots().version());
  const auto& view = snapshot->streams.at(stream.id);
  EXPECT_EQ(view.no, stream.no);
  EXPECT_EQ(view.tenant, "acme");
  EXPECT_EQ(view.payload_type, PayloadType::json);
  EXPECT_EQ(view.payload_bytes_max, limits::payload_bytes_default);
}

TEST_F(StreamsTest, WhatFailedChangesNoSnapshot) {
  const std::uint64_t before = catalog_->snapshots().version();
  EXPECT_FALSE(catalog_->streams().add(acme_, {"", "", std::nullopt, false}));
  EXPECT_FALSE(catalog_->streams().add(999, {"No such tenant", "", std::nullopt, false}));
  EXPECT_EQ(catalog_->snapshots().version(), before);
}

TEST_F(StreamsTest, ATenantsPayloadLimitHoldsForItsStreams) {
  const Stream stream = add_stream(acme_);
  ASSERT_TRUE(catalog_->tenants().limit(
      "acme", {.payload_bytes_max = limits::payload_bytes_ceiling, .rate_limit = {}}));
  EXPECT_EQ(catalog_->snapshots().current()->streams.at(stream.id).payload_bytes_max,
            limits::payload_bytes_ceiling);
  EXPECT_EQ(
      code_of(catalog_->tenants().limit(
          "acme", {.payload_bytes_max = limits::payload_bytes_ceiling + 1, .rate_limit = {}})),
      Errc::bad_request);
  EXPECT_EQ(
      code_of(catalog_->tenants().limit("nobody", {.payload_bytes_max = 1, .rate_limit = {}})),
      Errc::not_found);
}

TEST_F(StreamsTest, ADeletedStreamIsInNoListAndTakesNothingButIsFound) {
  const Stream stream = add_stream(acme_);
  const Stream kept = add_stream(acme_);
  EXPECT_EQ(code_of(catalog_->streams().remove(rival_, stream.id)), Errc::not_found);
  ASSERT_TRUE(catalog_->streams().remove(acme_, stream.id));
  const auto& streams = catalog_->snapshots().current()->streams;
  EXPECT_FALSE(streams.contains(stream.id));
  EXPECT_TRUE(streams.contains(kept.id));
  EXPECT_EQ(catalog_->streams().list(acme_, {}).value().items.size(), 1U);
  EXPECT_TRUE(catalog_->streams().find(acme_, stream.id)->deleted_at);
  EXPECT_TRUE(catalog_->streams().view(stream.no).value()) << "its records in the log become files";
  EXPECT_EQ(code_of(catalog_->streams().remove(acme_, stream.id)), Errc::not_found);
  EXPECT_EQ(code_of(catalog_->streams().rename(acme_, stream.id, "Again", "")), Errc::not_found);
}

TEST_F(StreamsTest, RateLimitsAreInTheSnapshotAtOnce) {
  const Stream stream =
      catalog_->streams().add(acme_, {"Sales", "", std::nullopt, false, {100, 200}}).value();
  const auto view = [&] { return catalog_->snapshots().current()->streams.at(stream.id); };
  EXPECT_EQ(stream.rate_limit, (RateLimit{100, 200}));
  EXPECT_EQ(view().rate_limit, (RateLimit{100, 200}));
  EXPECT_FALSE(view().tenant_rate_limit.is_set());
  EXPECT_EQ(catalog_->streams().limit_rate(acme_, stream.id, {5, 5})->rate_limit,
            (RateLimit{5, 5}));
  ASSERT_TRUE(catalog_->tenants().limit(
      "acme", {.payload_bytes_max = {}, .rate_limit = RateLimit{1000, 2000}}));
  EXPECT_EQ(view().rate_limit, (RateLimit{5, 5}));
  EXPECT_EQ(view().tenant_rate_limit, (RateLimit{1000, 2000}));
  EXPECT_EQ(catalog_->streams().view(stream.no).value()->rate_limit, (RateLimit{5, 5}));
  ASSERT_TRUE(catalog_->streams().limit_rate(acme_, stream.id, {}));
  ASSERT_TRUE(
      catalog_->tenants().limit("acme", {.payload_bytes_max = {}, .rate_limit = RateLimit{}}));
  EXPECT_FALSE(view().rate_limit.is_set());
  EXPECT_FALSE(view().tenant_rate_limit.is_set());
}

TEST_F(StreamsTest, ARateLimitThatIsNoneOrNotOnesOwnIsRefused) {
  const Stream stream =
      catalog_->streams().add(acme_, {"Sales", "", std::nullopt, false, {}}).value();
  EXPECT_EQ(code_of(catalog_->streams().limit_rate(acme_, stream.id, {1, 0})), Errc::bad_request);
  EXPECT_EQ(code_of(catalog_->tenants().limit(
                "acme",
                {.payload_bytes_max = {}, .rate_limit = RateLimit{limits::rate_limit_max + 1, 1}})),
            Errc::bad_request);
  EXPECT_EQ(code_of(catalog_->streams().limit_rate(rival_, stream.id, {1, 1})), Errc::not_found);
  EXPECT_EQ(code_of(catalog_->tenants().limit(
                "nobody", {.payload_bytes_max = {}, .rate_limit = RateLimit{1, 1}})),
            Errc::not_found);
  EXPECT_FALSE(catalog_->streams().find(acme_, stream.id)->rate_limit.is_set());
}

TEST_F(StreamsTest, AViewByNumberKnowsTheTenant) {
  const Stream stream = add_stream(rival_, PayloadType::xml);
  const auto view = catalog_->streams().view(stream.no);
  ASSERT_TRUE(view);
  ASSERT_TRUE(*view);
  EXPECT_EQ((*view)->id, stream.id);
  EXPECT_EQ((*view)->tenant, "rival");
  EXPECT_FALSE(catalog_->streams().view(StreamNo{12345})->has_value());
}

TEST_F(StreamsTest, AnIdThatIsTakenIsDrawnAgain) {
  class StuckRandom final : public Random {
   public:
    void fill(std::span<char> out) override {
      for (char& c : out)
        c = static_cast<char>(draws_ / 2);  // every value twice: each second id is taken
      ++draws_;
    }

   private:
    int draws_ = 0;
  };
  StuckRandom random;
  const auto catalog = Catalog::open(places_.fresh(), clock_, random).value();
  const auto tenant = catalog->tenants().add("acme")->no;
  const auto first = catalog->streams().add(tenant, {"a", "", std::nullopt, false});
  const auto second = catalog->streams().add(tenant, {"b", "", std::nullopt, false});
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->id, second->id);
}

TEST_F(StreamsTest, ARandomSourceThatIsStuckIsAnErrorAndNoLoop) {
  class ZeroRandom final : public Random {
   public:
    void fill(std::span<char> out) override { std::fill(out.begin(), out.end(), '\0'); }
  };
  ZeroRandom random;
  const auto catalog = Catalog::open(places_.fresh(), clock_, random).value();
  const auto tenant = catalog->tenants().add("acme")->no;
  EXPECT_TRUE(catalog->streams().add(tenant, {"a", "", std::nullopt, false}));
  EXPECT_EQ(code_of(catalog->streams().add(tenant, {"b", "", std::nullopt, false})),
            Errc::internal);
}

}  // namespace
}  // namespace weir::catalog
