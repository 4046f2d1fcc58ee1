#include <string>

#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

namespace weir::control {
namespace {

using ::testing::HasSubstr;

class LoadsTest : public ControlTest {};

TEST_F(LoadsTest, LoadsAreListedInPagesAsWhatTheyAre) {
  for (std::uint64_t number = 9; number >= 7; --number) {
    engine::LoadRecord load;
    load.table = "S:F";
    load.counts.load = number;
    load.at = clock_.now();
    engine_.ledger_entries.push_back(load);
  }
  engine_.ledger_entries[0].kind = engine::ChangeKind::undo;
  engine_.ledger_entries[0].undoes = 7;
  engine_.ledger_entries[1].kind = engine::ChangeKind::removal;
  engine_.ledger_entries[1].note = "id >= 2";
  engine_.ledger_entries[2].state = engine::LoadState::undone;
  engine_.ledger_entries[2].id = {.run = "wf-1", .feed = "df-1"};
  const auto first = get("/api/v0/loads?limit=2&table=S:F");
  EXPECT_EQ(first.at("items").at(0).at("kind"), "undo");
  EXPECT_EQ(first.at("items").at(0).at("undoes"), 7);
  EXPECT_TRUE(first.at("items").at(0).at("run_id").is_null());
  EXPECT_EQ(first.at("items").at(1).at("note"), "id >= 2");
  const auto second = get("/api/v0/loads?limit=2&next_token=" + text(first, "next_token"));
  ASSERT_EQ(second.at("items").as_array().size(), 1u);
  EXPECT_EQ(second.at("items").at(0).at("state"), "undone");
  EXPECT_EQ(second.at("items").at(0).at("run_id"), "wf-1");
  EXPECT_TRUE(second.at("next_token").is_null());
}

TEST_F(LoadsTest, ARunShowsWhichOfItsLoadsWereUndone) {
  catalog::Courier courier;
  courier.name = "Orders";
  courier.stream_id = catalog_->streams().add(acme_, {.name = "orders"})->id;
  catalog::Run run;
  run.courier_id = catalog_->couriers().add(acme_, courier)->id;
  run = *catalog_->runs().add(acme_, run);
  const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
  ASSERT_TRUE(claimed);
  for (const char* table : {"S:F", "S:G"}) {
    catalog::RunTask task;
    task.id = std::string("wft-") + table;
    task.run_id = run.id;
    task.kind = "load";
    task.name = table;
    task.state = catalog::RunState::succeeded;
    task.detail = R"({"load":8})";
    ASSERT_TRUE(catalog_->runs().save(claimed->lease, {.tasks = {task}}));
  }
  for (const std::uint64_t number : {9, 8, 7}) {
    engine::LoadRecord load;
    load.table = number == 9 ? "S:G" : "S:F";
    load.state = number == 7 ? engine::LoadState::done : engine::LoadState::undone;
    load.counts.load = number;
    engine_.ledger_entries.push_back(load);
  }
  const auto shown = get("/api/v0/workflow/runs/" + run.id);
  EXPECT_EQ(engine_.ledger_asked.back().run, run.id);
  const auto& tasks = shown.at("tasks").as_array();
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[0].at("detail").at("undone_loads"), (json::array{8}));
  EXPECT_EQ(tasks[1].at("detail").at("undone_loads"), (json::array{9}));
}

TEST_F(LoadsTest, AnUndoSaysWhatItDidAndADryRunWhatItWould) {
  const auto dry = expect(200, send("POST", "/api/v0/loads/7/undo", R"({"dry_run":true})"));
  EXPECT_TRUE(dry.at("number").is_null());
  EXPECT_EQ(dry.at("deleted"), 7);
  const auto done = expect(200, send("POST", "/api/v0/loads/7/undo"));
  EXPECT_EQ(done.at("number"), 8);
  EXPECT_EQ(done.at("rejecting").as_array().size(), 2u);
  EXPECT_THAT(refusal(400, send("POST", "/api/v0/loads/x7/undo")), HasSubstr("is no number"));
  EXPECT_EQ(send("POST", "/api/v0/loads/0/undo").status, 400);
}

TEST_F(LoadsTest, ChangesAndShadowsAreReadByKeyInPages) {
  engine_.changes_answer = {.added = 1, .changed = 2, .removed = 3};
  engine_.changes_answer.rows = {{{"change", "VARCHAR"}, {"_pk", "VARCHAR"}, {"id", "BIGINT"}},
                                 {{"\"added\"", "\"a|b\"", "12345678901234567890"}},
                                 true};
  const auto first = get("/api/v0/tables/S:F/changes?since=5&limit=1");
  EXPECT_EQ(engine_.asked.sql, "S:F since 5 after ");
  EXPECT_EQ(first.at("removed"), 3);
  EXPECT_EQ(text(first, "next_token"), "a|b");
  engine_.changes_answer.rows.truncated = false;
  const auto last = get("/api/v0/tables/S:F/shadow?limit=1&next_token=a|b");
  EXPECT_EQ(engine_.asked.sql, "S:F shadow after a|b");
  EXPECT_TRUE(last.at("next_token").is_null());
  EXPECT_THAT(refusal(400, send("GET", "/api/v0/tables/S:F/changes")), HasSubstr("since=<number>"));
  expect(201, send("POST", "/api/v0/tables/S:F/shadow"));
  EXPECT_EQ(engine_.asked.sql, "copy S:F");
  EXPECT_EQ(expect(200, send("POST", "/api/v0/tables/S:F/swap")).at("number"), 12);
  EXPECT_EQ(send("DELETE", "/api/v0/tables/S:F/shadow").status, 204);
  EXPECT_EQ(engine_.asked.sql, "drop S:F");
}

TEST_F(LoadsTest, AQueryReadsTheTablesAsOfALoad) {
  send("POST", "/api/v0/query", R"({"sql":"SELECT 1"})");
  EXPECT_EQ(engine_.as_of, 0u);
  send("POST", "/api/v0/query", R"({"sql":"SELECT 1","as_of":42})");
  EXPECT_EQ(engine_.as_of, 42u);
  EXPECT_EQ(send("POST", "/api/v0/query", R"({"sql":"SELECT 1","as_of":0})").status, 400);
}

TEST_F(LoadsTest, AnExportIsReadInPartsAndDeleted) {
  const auto made =
      expect(201, send("POST", "/api/v0/tables/S:F/exports", R"({"format":"csv","since":4})"));
  EXPECT_EQ(text(made, "id"), "ex-1");
  EXPECT_EQ(engine_.exported.table, "S:F");
  EXPECT_EQ(engine_.exported.format, engine::ExportFormat::csv);
  EXPECT_EQ(engine_.exported.since, 4u);
  EXPECT_EQ(send("GET", "/api/v0/exports/ex-1").body, "<ex-1>");
  EXPECT_EQ(send("GET", "/api/v0/exports/ex-1?part=1").body, "");
  EXPECT_EQ(send("DELETE", "/api/v0/exports/ex-1").status, 204);
  EXPECT_EQ(engine_.asked.sql, "drop ex-1");
  EXPECT_EQ(send("POST", "/api/v0/tables/S:F/exports", R"({"format":"xls"})").status, 400);
  EXPECT_EQ(send("POST", "/api/v0/tables/S:F/exports", R"({"since":4,"as_of":5})").status, 400);
}

}  // namespace
}  // namespace weir::control
