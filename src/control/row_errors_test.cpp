#include <string>

#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// The log of row errors, and how they are mended.
namespace weir::control {
namespace {

using ::testing::HasSubstr;

class RowErrorsTest : public ControlTest {
 protected:
  RowErrorsTest() {
    catalog::Courier courier;
    courier.name = "Orders";
    courier.stream_id = catalog_->streams().add(acme_, {.name = "orders"})->id;
    courier_ = catalog_->couriers().add(acme_, courier)->id;
    catalog::Run run;
    run.courier_id = courier_;
    run.range = {parse_day("2027-03-02"), parse_day("2027-03-03")};
    run_ = catalog_->runs().add(acme_, run)->id;
    for (std::uint64_t number = 1; number <= 3; ++number) {
      engine::LoggedError each;
      each.error = {"ingest/f.ndjson", number, "total", "=1+\"1\"\n", "\"=1\" is no decimal"};
      each.kind = "is no decimal";
      each.record = number;
      each.load = 7;
      each.number = number;
      each.run = run_;
      each.table = "Shop:Orders";
      engine_.logged.push_back(each);
    }
    engine_.kinds = {{"Shop:Orders", "total", "is no decimal", 3, 3}};
    engine_.record_text.stored = R"({"total":"=1"})";
  }
  std::string path(const std::string& rest) { return "/api/v0/workflow/runs/" + run_ + rest; }

  std::string courier_;
  std::string run_;
};

TEST_F(RowErrorsTest, AreListedPageByPage) {
  const auto first = get(path("/errors?limit=2"));
  EXPECT_EQ(first.at("items").as_array().size(), 2u);
  EXPECT_EQ(first.at("next_token"), "7.2");
  const auto second = get(path("/errors?limit=2&next_token=7.2"));
  EXPECT_EQ(second.at("items").at(0).at("id"), "7.3");
  EXPECT_TRUE(second.at("next_token").is_null());
  EXPECT_EQ(get(path("/errors?state=mended")).at("items").as_array().size(), 0u);
  EXPECT_THAT(refusal(400, send("GET", path("/errors?next_token=x"))), HasSubstr("next_token"));
  EXPECT_THAT(refusal(400, send("GET", path("/errors?state=x"))), HasSubstr("dismissed"));
  refusal(404, send("GET", "/api/v0/workflow/runs/wf-none/errors"));
  EXPECT_EQ(get(path("/error-kinds")).at("items").at(0).at("count"), 3);
}

TEST_F(RowErrorsTest, CsvHoldsTheValuesAndNoFormula) {
  const http::Response csv = send("GET", path("/errors.csv"));
  EXPECT_EQ(csv.status, 200);
  EXPECT_THAT(csv.content_type, HasSubstr("text/csv"));
  EXPECT_THAT(csv.body, HasSubstr("\"id\",\"state\",\"table\",\"load\",\"file\""));
  EXPECT_THAT(csv.body,
              HasSubstr("\"7.3\",\"open\",\"Shop:Orders\",\"7\",\"ingest/f.ndjson\",\"3\","
                        "\"\",\"total\",\"'=1+\"\"1\"\"\n\",\"\"\"=1\"\" is no decimal\"\r\n"));
  EXPECT_EQ(send("GET", path("/errors.csv?level=feed")).body,
            "\"table\",\"field\",\"error\",\"count\",\"open\"\r\n"
            "\"Shop:Orders\",\"total\",\"is no decimal\",\"3\",\"3\"\r\n");
  refusal(400, send("GET", path("/errors.csv?level=row")));
  EXPECT_THAT(send("GET", path("/errors.csv?load=8")).body, ::testing::Not(HasSubstr("7.1")));
}

TEST_F(RowErrorsTest, ARecordIsShownMendedAndGivenUp) {
  const auto shown = get("/api/v0/row-errors/7.2");
  EXPECT_EQ(shown.at("stored_record"), R"({"total":"=1"})");
  EXPECT_TRUE(shown.at("mended_record").is_null());
  EXPECT_EQ(engine_.record_asked, "/data/ingest/f.ndjson 2");
  const auto mended =
      expect(200, send("POST", "/api/v0/row-errors/7.2/mend", R"({"record":"{\"total\":1.10}"})"));
  EXPECT_EQ(mended.at("mended_record"), R"({"total":1.10})");
  EXPECT_EQ(mended.at("state"), "open");
  EXPECT_THAT(text(mended, "mended_by"), HasSubstr("tak-"));
  EXPECT_EQ(expect(200, send("POST", "/api/v0/row-errors/7.2/dismiss", "{}")).at("state"),
            "dismissed");
  for (const char* none : {"7.4", "8.1", "x", "7", "7.0", "0.1"})
    refusal(404, send("GET", std::string("/api/v0/row-errors/") + none));
}

TEST_F(RowErrorsTest, AreLoadedAgainByARunOfTheSameDays) {
  const auto run = expect(201, send("POST", path("/load-errors"), "{}"));
  EXPECT_EQ(run.at("only_errors"), true);
  EXPECT_EQ(text(run, "courier_id"), courier_);
  EXPECT_EQ(run.at("range_from"), "2027-03-02");
  EXPECT_EQ(wakes_, 1);
}

}  // namespace
}  // namespace weir::control
