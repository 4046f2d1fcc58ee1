#include "cli/demo/report.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::cli::demo {
namespace {

using testing::HasSubstr;
using testing::Not;

Report sound_report() {
  Report report;
  report.payloads = 5000;
  report.seed = 1;
  report.connections = 8;
  report.killed = true;
  report.accepted_before_kill = 2500;
  report.sending = std::chrono::milliseconds(3500);
  report.down = std::chrono::milliseconds(1000);
  report.streams.push_back({"Invoices",
                            "is-1",
                            {.payloads = 400, .accepted = 400, .unanswered = 1},
                            {401, 0},
                            {true, "400 accepted = ..."}});
  report.tables.push_back(
      {"Finance:InvoiceLines",
       {{"first",
         {.read = 1200, .inserted = 1150, .updated = 0, .rejected = 50, .errors = 0},
         1150,
         {true, "1,200 read = ..."},
         {true, "1,150 rows, at first"}},
        {"again",
         {.read = 1200, .inserted = 0, .updated = 0, .rejected = 1200, .errors = 0},
         1150,
         {true, "1,200 read = ..."},
         {true, "1,150 rows"}}},
       {{"item", "quantity"}, {false, true}, {{"日本茶 (green tea)", "7"}}}});
  report.others.push_back({true, "every payload was accepted in the end"});
  return report;
}

TEST(Report, ShowsEveryNumberItsMarkAndAFewRows) {
  const std::string text = render(sound_report());
  EXPECT_THAT(
      text,
      HasSubstr("Sent 5,000 payloads on 8 connections in 3.50 s (2,000 a second while it was up)"));
  EXPECT_THAT(text, HasSubstr("SIGKILL after 2,500 of them; 1.00 s later"));
  EXPECT_THAT(text, HasSubstr("STREAM    SENT  ACCEPTED  NO ANSWER  IN FILES  QUARANTINED\n"
                              "Invoices   400       400          1       401            0  ✓\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "Finance:InvoiceLines  first  1,200     1,150        0        50       0  1,150  ✓\n"
          "                      again  1,200         0        0     1,200       0  1,150  ✓\n"));
  EXPECT_THAT(text, HasSubstr("✓  Finance:InvoiceLines  1,150 rows\n"));
  EXPECT_THAT(text, Not(HasSubstr("at first")));
  EXPECT_THAT(text, HasSubstr("  item                quantity\n"
                              "  日本茶 (green tea)         7\n"));
  EXPECT_THAT(text, HasSubstr("Everything reconciles"));
  EXPECT_THAT(text, Not(HasSubstr("✗")));
}

TEST(Report, DoesNotReconcileWhenAnyLawIsBroken) {
  const std::vector<void (*)(Report&)> faults{
      [](Report& report) { report.streams[0].conservation.holds = false; },
      [](Report& report) { report.tables[0].loads[0].conservation.holds = false; },
      [](Report& report) { report.tables[0].loads[0].content.holds = false; },
      [](Report& report) { report.tables[0].loads[1].content.holds = false; },
      [](Report& report) { report.others[0].holds = false; }};
  EXPECT_TRUE(sound_report().reconciles());
  for (const auto& fault : faults) {
    Report report = sound_report();
    fault(report);
    EXPECT_FALSE(report.reconciles());
    EXPECT_THAT(render(report), HasSubstr("It does NOT reconcile"));
    EXPECT_THAT(render(report), HasSubstr("✗"));
  }
}

TEST(Report, InJsonSaysTheSame) {
  const auto document = boost::json::parse(to_json(sound_report(), "http://127.0.0.1:1", "/data"));
  EXPECT_EQ(document.at("reconciles"), true);
  EXPECT_EQ(document.at("streams").at(0).at("in_files"), 401);
  EXPECT_EQ(document.at("tables").at(0).at("loads").at(0).at("inserted"), 1150);
  EXPECT_EQ(document.at("tables").at(0).at("loads").at(1).at("conservation").at("holds"), true);
}

TEST(NextSteps, AreCommandsAndDependOnWhatIsLeft) {
  NextSteps steps{.program = "weir",
                  .url = "http://127.0.0.1:1",
                  .admin_token = "T",
                  .tenant = "demo",
                  .data = "/d",
                  .sales_stream = "is-2",
                  .deliveries_stream = "is-1",
                  .deliveries_courier = "cr-1",
                  .receipt = "R",
                  .day = *parse_day("2027-03-02"),
                  .invitation = "http://127.0.0.1:1/ui/password#C"};
  EXPECT_THAT(render(steps), HasSubstr("http://127.0.0.1:1/ui/password#C\n"));
  EXPECT_THAT(render(steps), HasSubstr("export WEIR_TOKEN=T\n  export WEIR_TENANT=demo\n"));
  EXPECT_THAT(render(steps), HasSubstr("weir receipt show R\n"));
  steps.url.clear();
  EXPECT_THAT(render(steps), HasSubstr("weir serve --data /d"));
  steps.data.clear();
  EXPECT_EQ(render(steps), "");
}

}  // namespace
}  // namespace weir::cli::demo
