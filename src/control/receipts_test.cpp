#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// What became of a record in the domain tables, and which record a row is of.
namespace weir::control {
namespace {

using ::testing::HasSubstr;

class ReceiptsTest : public ControlTest {
 protected:
  ReceiptsTest() : stream_(add_stream(acme_, PayloadType::json)) {
    const auto batch = one_file(stream_, 1, 5, Lsn{4096});
    path_ = batch.batches[0].path;
    EXPECT_TRUE(commit(batch));
    feed_.source = "Shop";
    feed_.name = "Orders";
    feed_.fields = {{.name = "id", .type = "string"}};
    feed_.primary_key = {"id"};
    feed_ = catalog_->feeds().add(acme_, feed_).value();
  }
  std::string receipt(std::uint64_t sequence) {
    return std::string(view(encode_receipt({stream_.no, PartitionNo{0}, Sequence{sequence}})));
  }
  json::array tables() { return get("/api/v0/receipts/" + receipt(3)).at("tables").as_array(); }

  catalog::Courier add_courier(const std::string& operations) {
    catalog::Courier courier;
    courier.name = "Hourly";
    courier.stream_id = stream_.id;
    courier.file_tag = "streaming";
    courier.load_operations = R"({")" + feed_.id + "\":" + operations + "}";
    return catalog_->couriers().add(acme_, courier).value();
  }
  /// A run of the courier that loaded the stream into the table.
  std::string loaded_by(const catalog::Courier& courier, const std::string& table) {
    catalog::Run run;
    run.courier_id = courier.id;
    EXPECT_TRUE(catalog_->runs().add(acme_, run));
    const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
    catalog::TableLoad load;
    load.tenant_no = acme_;
    load.table = table;
    load.chosen.stream_id = stream_.id;
    load.committed = catalog_->loads().committed().value();
    EXPECT_TRUE(catalog_->loads().add(claimed->lease, load));
    return claimed->run.id;
  }

  const catalog::Stream stream_;
  catalog::Feed feed_;
  std::string path_;
};

TEST_F(ReceiptsTest, WithoutACourierThereIsNoTableAndTheEngineIsNotAsked) {
  EXPECT_TRUE(tables().empty());
  EXPECT_TRUE(engine_.ledger_asked.empty());
  EXPECT_TRUE(engine_.traced.empty());
}

TEST_F(ReceiptsTest, TheTableOfACourierIsAskedForTheRecord) {
  const auto query = catalog_->ingest_queries()
                         .add(acme_, {"", 0, "flat", "", "SELECT id FROM streaming", {}})
                         .value();
  add_courier(R"([{"type":"truncate"},{"type":"spark-sql","spark-sql-query":"flat",
                  "spark-sql-files":[{"file":"streaming"}]}])");
  engine_.trace_answer = engine::Trace{.fate = engine::Fate::not_loaded};
  const auto found = tables();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(
      found[0],
      (json::object{{"table", "Shop:Orders"}, {"state", "not_loaded"}, {"feed_id", feed_.id}}));
  EXPECT_EQ(engine_.traced_receipt, receipt(3));
  const engine::Load& load = engine_.traced.at(0);
  EXPECT_FALSE(load.truncate);
  ASSERT_EQ(load.operations.size(), 1u);
  EXPECT_EQ(load.operations[0].query, "SELECT id FROM streaming");
  ASSERT_EQ(load.operations[0].sources[0].files.size(), 1u);
  EXPECT_EQ(load.operations[0].sources[0].files[0].key, path_);
  EXPECT_EQ(load.operations[0].sources[0].files[0].last_sequence, 5u);
  EXPECT_GT(load.allowance.time.count(), 0);
  EXPECT_FALSE(get("/api/v0/receipts/" + receipt(3) + "?tables=false").contains("tables"));
  EXPECT_EQ(send("GET", "/api/v0/receipts/" + receipt(3) + "?tables=maybe").status, 400);
  EXPECT_EQ(engine_.traced.size(), 1u);
}

/// It used to say that the file was loaded, and nothing of the record.
TEST_F(ReceiptsTest, ARecordThatIsAnErrorIsToldWithEveryFieldThatIsWrong) {
  const auto courier = add_courier(R"([{"type":"load","file":"streaming"}])");
  const std::string run_id = loaded_by(courier, "Shop:Orders");
  engine::Trace trace;
  trace.fate = engine::Fate::error;
  trace.load = engine::LoadRecord{.id = {run_id, feed_.id}, .at = clock_.now()};
  trace.load->counts.load = 17;
  engine::TracedRow row;
  row.fate = engine::Fate::error;
  row.errors = {{path_, 3, "n", "x", "\"x\" is no integer"}, {path_, 3, "d", "", "is null"}};
  trace.rows = {row};
  engine_.trace_answer = trace;
  engine_.ledger_entries = {*trace.load};
  engine_.files_answer = {path_};
  const auto found = tables();
  ASSERT_EQ(found.size(), 1u);
  const json::object& table = found[0].as_object();
  EXPECT_EQ(text(table, "state"), "error");
  EXPECT_EQ(text(table, "run_id"), run_id);
  EXPECT_EQ(table.at("load"), 17);
  EXPECT_EQ(table.at("rows"),
            (json::array{
                {{"state", "error"},
                 {"errors",
                  {{{"row", 3}, {"field", "n"}, {"value", "x"}, {"reason", "\"x\" is no integer"}},
                   {{"row", 3}, {"field", "d"}, {"value", ""}, {"reason", "is null"}}}}}}));
  EXPECT_EQ(engine_.traced.at(0).id.run, run_id);
  EXPECT_EQ(engine_.ledger_asked.at(0).file, path_);
}

TEST_F(ReceiptsTest, ALostRowNamesTheReceiptThatHasTheRow) {
  const auto courier = add_courier(R"([{"type":"load","file":"streaming"}])");
  engine::RowRecord winner{.pk = "1", .file = path_, .load = 9, .id = {"wf-2", feed_.id}};
  winner.origin = engine::origin_of(engine::Origin(), 4);
  engine_.trace_answer =
      engine::Trace{.fate = engine::Fate::lost,
                    .rows = {{.fate = engine::Fate::lost, .pk = "1", .standing = winner}},
                    .why = ""};
  const json::object lost = tables().at(0).at("rows").at(0).at("lost_to").as_object();
  EXPECT_EQ(text(lost, "receipt"), path_ + " 4");
  EXPECT_EQ(text(lost, "file"), path_);
  EXPECT_EQ(text(lost, "run_id"), "wf-2");
  EXPECT_EQ(lost.at("row"), 4);
}

TEST_F(ReceiptsTest, WhatIsGoneSinceIsSaidAndFailsNothing) {
  const auto courier = add_courier(
      R"([{"type":"spark-sql","spark-sql-query":"gone","spark-sql-files":[{"file":"streaming"}]}])");
  const std::string run_id = loaded_by(courier, "Old:Table");
  const auto found = tables();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(text(found[0].as_object(), "table"), "Old:Table");
  EXPECT_EQ(text(found[0].as_object(), "state"), "unknown");
  EXPECT_EQ(text(found[0].as_object(), "run_id"), run_id);
  EXPECT_THAT(text(found[0].as_object(), "why"), HasSubstr("feed of this table is gone"));
  EXPECT_EQ(text(found[1].as_object(), "state"), "unknown");
  EXPECT_THAT(text(found[1].as_object(), "why"), HasSubstr("gone"));
}

TEST_F(ReceiptsTest, ARowLeadsBackToItsReceipt) {
  engine::RowRecord row{.pk = "a|b", .file = path_, .load = 9, .id = {"wf-2", feed_.id}};
  row.origin = engine::origin_of(engine::Origin(), 2);
  row.at = clock_.now();
  engine_.record_answer = row;
  const auto found = get("/api/v0/tables/Shop:Orders/lineage?row=a|b");
  EXPECT_EQ(engine_.traced_receipt, "a|b");
  EXPECT_EQ(text(found, "_pk"), "a|b");
  EXPECT_EQ(text(found.at("record").as_object(), "receipt"), path_ + " 2");
  EXPECT_EQ(found.at("record").at("load"), 9);
  EXPECT_EQ(send("GET", "/api/v0/tables/Shop:Orders/lineage").status, 400);
  // The ledger has forgotten the file: the place of the record tells.
  const auto batch = catalog_->batches().find_path(acme_, path_).value().value();
  engine::SourceFile file;
  file.key = path_;
  file.first_received_at = batch.first_received_at;
  file.first_sequence = 1;
  row.file = "";
  row.origin = engine::origin_of(engine::origin_of(file), 2);
  engine_.record_answer = row;
  const auto again = get("/api/v0/tables/Shop:Orders/lineage?row=1");
  EXPECT_EQ(text(again.at("record").as_object(), "file"), path_);
  row.origin = engine::origin_of(engine::Origin(), 2);  // of no file that is known
  engine_.record_answer = row;
  const auto lost = get("/api/v0/tables/Shop:Orders/lineage?row=1");
  EXPECT_TRUE(lost.at("record").at("receipt").is_null());
  engine_.record_answer = fail(Errc::not_found, "no such row");
  EXPECT_EQ(send("GET", "/api/v0/tables/Shop:Orders/lineage?row=1").status, 404);
}

}  // namespace
}  // namespace weir::control
