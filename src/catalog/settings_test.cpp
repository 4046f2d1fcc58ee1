#include <gmock/gmock.h>

#include "catalog/catalog_fixture.hpp"
#include "catalog/query_limits.hpp"

/// Feeds, ingest queries and couriers: kept as they were given, each to its tenant.
namespace weir::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class SettingsTest : public CatalogTest {
 protected:
  static Feed feed(const std::string& source = "Streaming Ingest",
                   const std::string& name = "WebEvents") {
    Feed feed;
    feed.source = source;
    feed.name = name;
    feed.fields = {{"id", "string", "", true, "pk", "", 2},
                   {"When \"it\" was", "datetime", "happened_at", false, "", "yyyy-MM-dd", 2},
                   {"total", "decimal", "", false, "", "", 4}};
    feed.primary_key = {"id", "happened_at"};
    feed.last_updated = "happened_at";
    feed.error_threshold = 5;
    return feed;
  }
  static Courier courier() {
    Courier courier;
    courier.name = "Hourly";
    courier.stream_id = "is-2hzqsgX1E";
    courier.file_format = "NDJSON";
    courier.file_tag = "streaming";
    courier.file_pattern_prefix = "08";
    courier.load_operations = R"({"df-xxxxxx":[{"type":"load","file":"streaming"}]})";
    return courier;
  }
};

TEST_F(SettingsTest, AFeedIsFoundAsItWasAdded) {
  const auto added = catalog_->feeds().add(acme_, feed());
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_THAT(added->id, MatchesRegex("df-[0-9A-Za-z]{8}"));
  const auto found = catalog_->feeds().find(acme_, added->id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->table(), "Streaming Ingest:WebEvents");
  EXPECT_FALSE(found->active);
  EXPECT_THAT(found->primary_key, ElementsAre("id", "happened_at"));
  EXPECT_EQ(found->last_updated, "happened_at");
  EXPECT_EQ(found->error_threshold, 5);
  EXPECT_EQ(found->created_at, clock_.now());
  const auto given = feed().fields;
  ASSERT_EQ(found->fields.size(), given.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    EXPECT_EQ(found->fields[i].name, given[i].name);
    EXPECT_EQ(found->fields[i].type, given[i].type);
    EXPECT_EQ(found->fields[i].rename_to, given[i].rename_to);
    EXPECT_EQ(found->fields[i].required, given[i].required);
    EXPECT_EQ(found->fields[i].semantic, given[i].semantic);
    EXPECT_EQ(found->fields[i].format, given[i].format);
    EXPECT_EQ(found->fields[i].scale, given[i].scale);
  }
}

TEST_F(SettingsTest, AFeedIsUpdatedAndRemoved) {
  Feed changed = *catalog_->feeds().add(acme_, feed());
  ASSERT_TRUE(catalog_->feeds().activate(acme_, changed.id));
  changed.name = "Orders";
  changed.fields.pop_back();
  changed.fields[0].scale.reset();
  changed.fields[1].combines = {"id", "x"};
  changed.fields[1].uuid = true;
  changed.format = "epoch_ms";
  changed.scale = 4;
  changed.identity_resolution = true;
  changed.sample = "ingest/x.ndjson";
  changed.loaded_last = true;
  changed.merge = true;
  changed.deleted_field = "op";
  changed.deleted_value = "D";
  ASSERT_TRUE(catalog_->feeds().update(acme_, changed));
  const auto found = catalog_->feeds().find(acme_, changed.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->table(), "Streaming Ingest:Orders");
  EXPECT_EQ(found->fields.size(), 2u);
  EXPECT_EQ(found->fields[0].scale, std::nullopt);
  EXPECT_EQ(found->fields[1].scale, 2);
  EXPECT_THAT(found->fields[0].combines, IsEmpty());
  EXPECT_THAT(found->fields[1].combines, ElementsAre("id", "x"));
  EXPECT_TRUE(found->fields[1].uuid);
  EXPECT_EQ(found->format, "epoch_ms");
  EXPECT_EQ(found->scale, 4);
  EXPECT_TRUE(found->identity_resolution);
  EXPECT_EQ(found->sample, "ingest/x.ndjson");
  EXPECT_TRUE(found->loaded_last);
  EXPECT_TRUE(found->merge);
  EXPECT_EQ(found->deleted_field, "op");
  EXPECT_EQ(found->deleted_value, "D");
  EXPECT_TRUE(found->active);
  EXPECT_TRUE(catalog_->feeds().add(acme_, feed())) << "its former table is free";
  changed.name = "webevents";
  EXPECT_EQ(code_of(catalog_->feeds().update(acme_, changed)), Errc::conflict);
  EXPECT_EQ(code_of(catalog_->feeds().update(rival_, changed)), Errc::not_found);
  EXPECT_EQ(code_of(catalog_->feeds().remove(rival_, changed.id)), Errc::not_found);
  ASSERT_TRUE(catalog_->feeds().remove(acme_, changed.id));
  EXPECT_EQ(code_of(catalog_->feeds().find(acme_, changed.id)), Errc::not_found);
}

TEST_F(SettingsTest, AFeedIsActivatedOnceAndAgain) {
  const std::string id = catalog_->feeds().add(acme_, feed())->id;
  EXPECT_TRUE(catalog_->feeds().activate(acme_, id)->active);
  EXPECT_TRUE(catalog_->feeds().activate(acme_, id)->active);
  EXPECT_TRUE(catalog_->feeds().find(acme_, id)->active);
  EXPECT_EQ(code_of(catalog_->feeds().activate(rival_, id)), Errc::not_found);
}

TEST_F(SettingsTest, TwoFeedsOfATenantDoNotShareATable) {
  const std::string id = catalog_->feeds().add(acme_, feed())->id;
  const auto taken = catalog_->feeds().add(acme_, feed("STREAMING ingest", "webevents"));
  EXPECT_EQ(code_of(taken), Errc::conflict);
  EXPECT_THAT(message_of(taken), HasSubstr(id));
  EXPECT_TRUE(catalog_->feeds().add(acme_, feed("Streaming Ingest", "Orders")));
  EXPECT_TRUE(catalog_->feeds().add(rival_, feed()));
  EXPECT_TRUE(catalog_->feeds().add(acme_, feed("Läden", "Größe")));
  EXPECT_EQ(code_of(catalog_->feeds().add(acme_, feed("LÄDEN", "GRÖßE"))), Errc::conflict)
      << "the engine takes them for one";
  EXPECT_EQ(catalog_->feeds().of_table(acme_, "STREAMING INGEST:webevents")->value().id, id);
  EXPECT_FALSE(catalog_->feeds().of_table(rival_, "Läden:Größe")->has_value());
}

TEST_F(SettingsTest, AnIngestQueryIsFoundByIdAndByName) {
  const std::string sql = "SELECT `id`, EXPLODE(items) AS i\nFROM streaming -- it's";
  const auto added =
      catalog_->ingest_queries().add(acme_, {"", 0, "Flatten_Sales", "By tender", sql, {}});
  ASSERT_TRUE(added);
  EXPECT_THAT(added->id, MatchesRegex("iq-[0-9A-Za-z]{8}"));
  EXPECT_EQ(catalog_->ingest_queries().find(acme_, added->id)->sql, sql);
  EXPECT_EQ(catalog_->ingest_queries().find_by_name(acme_, "Flatten_Sales")->id, added->id);
  EXPECT_EQ(code_of(catalog_->ingest_queries().find_by_name(rival_, "Flatten_Sales")),
            Errc::not_found);
}

TEST_F(SettingsTest, IngestQueryNamesAreUniqueWithinATenant) {
  const IngestQuery query{"", 0, "Q", "", "SELECT 1", {}};
  ASSERT_TRUE(catalog_->ingest_queries().add(acme_, query));
  EXPECT_EQ(code_of(catalog_->ingest_queries().add(acme_, query)), Errc::conflict);
  EXPECT_TRUE(catalog_->ingest_queries().add(rival_, query));
}

TEST_F(SettingsTest, AnIngestQuerysSqlIsReplaced) {
  IngestQuery query =
      catalog_->ingest_queries().add(acme_, {"", 0, "Q", "", "SELECT 1", {}}).value();
  query.sql = "SELECT 2";
  query.description = "Two";
  EXPECT_EQ(code_of(catalog_->ingest_queries().update(rival_, query)), Errc::not_found);
  ASSERT_TRUE(catalog_->ingest_queries().update(acme_, query));
  EXPECT_EQ(catalog_->ingest_queries().find(acme_, query.id)->sql, "SELECT 2");
  EXPECT_EQ(catalog_->ingest_queries().find(acme_, query.id)->description, "Two");
}

TEST_F(SettingsTest, EachSaveOfAnIngestQueryIsAVersion) {
  auto& queries = catalog_->ingest_queries();
  const std::string key = catalog_->keys().add(acme_, "Ada's key", {"datagrid:operate"}).value().id;
  IngestQuery query =
      queries.add(acme_, {.name = "Q", .sql = "SELECT 1", .updated_by = key}).value();
  EXPECT_EQ(query.version, 1U);
  EXPECT_EQ(query.updated_by_name, "Ada's key");
  clock_.turn(std::chrono::hours(1));
  query.sql = "SELECT 2";
  query.updated_by = "us-nobody";
  EXPECT_EQ(queries.update(acme_, query)->version, 2U);
  EXPECT_EQ(queries.update(acme_, query)->version, 2U) << "nothing changed";
  EXPECT_EQ(queries.restore(acme_, query.id, 1, key)->sql, "SELECT 1");
  const auto all = queries.versions(acme_, query.id, {}).value().items;
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].number, 3U);
  EXPECT_EQ(all[0].restored, 1U);
  EXPECT_EQ(all[0].sql, "SELECT 1");
  EXPECT_EQ(all[1].sql, "SELECT 2");
  EXPECT_EQ(all[1].saved_by, "us-nobody");
  EXPECT_EQ(all[1].saved_by_name, "");
  EXPECT_EQ(all[2].saved_by_name, "Ada's key");
  EXPECT_EQ(all[1].saved_at - all[2].saved_at, std::chrono::hours(1));
  EXPECT_EQ(queries.find(acme_, query.id)->version, 3U);
  EXPECT_EQ(code_of(queries.versions(rival_, query.id, {})), Errc::not_found);
  EXPECT_EQ(code_of(queries.version(rival_, query.id, 1)), Errc::not_found);
  EXPECT_EQ(code_of(queries.restore(rival_, query.id, 1, "")), Errc::not_found);
  EXPECT_EQ(code_of(queries.version(acme_, query.id, 4)), Errc::not_found);
  ASSERT_TRUE(queries.remove(acme_, query.id));
  EXPECT_EQ(code_of(queries.versions(acme_, query.id, {})), Errc::not_found);
}

TEST_F(SettingsTest, AnIngestQuerysOldestVersionsAreForgotten) {
  auto& queries = catalog_->ingest_queries();
  IngestQuery query = queries.add(acme_, {.name = "Q", .sql = "SELECT 0"}).value();
  const std::uint64_t kept = limits::query_versions_kept;
  for (std::uint64_t i = 1; i <= kept + 5; ++i) {
    query.sql = "SELECT " + std::to_string(i);
    ASSERT_TRUE(queries.update(acme_, query));
  }
  const auto page = queries.versions(acme_, query.id, {.limit = 1000}).value();
  ASSERT_EQ(page.items.size(), kept);
  EXPECT_EQ(page.items.back().number, 7U);
  EXPECT_THAT(message_of(queries.version(acme_, query.id, 6)), HasSubstr("at version 106"));
}

TEST_F(SettingsTest, ARemovedIngestQueryLeavesItsName) {
  const IngestQuery query{"", 0, "Q", "", "SELECT 1", {}};
  const std::string id = catalog_->ingest_queries().add(acme_, query)->id;
  EXPECT_EQ(code_of(catalog_->ingest_queries().remove(rival_, id)), Errc::not_found);
  ASSERT_TRUE(catalog_->ingest_queries().remove(acme_, id));
  EXPECT_EQ(code_of(catalog_->ingest_queries().find(acme_, id)), Errc::not_found);
  EXPECT_EQ(code_of(catalog_->ingest_queries().remove(acme_, id)), Errc::not_found);
  EXPECT_TRUE(catalog_->ingest_queries().add(acme_, query));
}

TEST_F(SettingsTest, ACourierIsReplacedAndRemoved) {
  Courier kept = catalog_->couriers().add(acme_, courier()).value();
  EXPECT_THAT(kept.id, MatchesRegex("cr-[0-9A-Za-z]{8}"));
  EXPECT_EQ(kept.load_operations, courier().load_operations);
  kept.file_pattern_prefix = "";
  kept.load_operations = "{}";
  EXPECT_EQ(code_of(catalog_->couriers().update(rival_, kept)), Errc::not_found);
  ASSERT_TRUE(catalog_->couriers().update(acme_, kept));
  const Courier found = catalog_->couriers().find(acme_, kept.id).value();
  EXPECT_EQ(found.file_pattern_prefix, "");
  EXPECT_EQ(found.load_operations, "{}");
  EXPECT_EQ(found.stream_id, "is-2hzqsgX1E");
  EXPECT_EQ(found.created_at, kept.created_at);
  EXPECT_EQ(code_of(catalog_->couriers().remove(rival_, kept.id)), Errc::not_found);
  ASSERT_TRUE(catalog_->couriers().remove(acme_, kept.id));
  EXPECT_EQ(code_of(catalog_->couriers().find(acme_, kept.id)), Errc::not_found);
}

}  // namespace
}  // namespace weir::catalog
