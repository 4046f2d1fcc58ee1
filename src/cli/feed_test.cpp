#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/cli_fixture.hpp"

/// `weir feed`: drafts as people see them, edits of single fields.
namespace weir::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* draft = R"({"feed":{"fields":[{"name":"order-id","type":"integer",)"
                              R"("rename_to":"order_id"},{"name":"total","type":"decimal",)"
                              R"("scale":2},{"name":"email","type":"string","semantic":"email"}],)"
                              R"("primary_key":["order_id"]},"records":3,"whole":false,)"
                              R"("found":[{"name":"order-id","records":3,"share":1,)"
                              R"("in_first_record":true},{"name":"total","records":3,"share":1,)"
                              R"("in_first_record":true},{"name":"email","records":1,)"
                              R"("share":0.3333,"in_first_record":false}],)"
                              R"("primary_key_candidates":[["order_id"],["total","email"]],)"
                              R"("rows":{"columns":[{"name":"order-id","type":"integer"}],)"
                              R"("rows":[[12345678901234567]],"truncated":true}})";

TEST_F(CliTest, ADraftIsShownFieldByField) {
  const auto shown =
      run({{"POST /api/v0/feeds/draft", {200, draft}}}, {"feed", "draft", "--upload", "-"}, "{}");
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(shown.asked.at(0), R"(POST /api/v0/feeds/draft {"sample":"{}"})");
  EXPECT_THAT(shown.out,
              AllOf(HasSubstr("order-id  integer           order_id"),
                    HasSubstr("decimal, scale 2"), HasSubstr("33.3 %  not in the first record"),
                    HasSubstr("Possible primary keys: order_id, (total, email)"),
                    HasSubstr("3 records were looked at, and there are more.")));
}

TEST_F(CliTest, TheRowsOfASampleKeepTheirDigits) {
  const auto shown = run({{"POST /api/v0/feeds/draft", {200, draft}}},
                         {"feed", "draft", "--stream", "is-1", "--rows"});
  EXPECT_THAT(shown.out, AllOf(HasSubstr("12345678901234567"), Not(HasSubstr("Possible"))));
}

TEST_F(CliTest, ADraftIsAFileOfAFeed) {
  const auto made =
      run({{"POST /api/v0/feeds", {201, R"({"id":"df-9"})"}}},
          {"feed", "create", "--file", "-", "--source", "Shop", "--name", "Orders"}, draft);
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.asked.at(0), AllOf(HasSubstr(R"("primary_key":["order_id"])"),
                                      HasSubstr(R"("source":"Shop")"), Not(HasSubstr("found"))));
}

TEST_F(CliTest, AnEditChangesAddsAndDropsSingleFields) {
  const Answers answers{
      {"GET /api/v0/feeds/df-1",
       {200, R"({"fields":[{"name":"id","type":"string"},{"name":"Total","type":"decimal",)"
             R"("rename_to":"sum"},{"name":"note","type":"string"}]})"}},
      {"PATCH /api/v0/feeds/df-1", {200, "{}"}}};
  const auto edited = run(answers, {"feed", "edit", "df-1", "--field", "total:decimal,scale=4",
                                    "--field", "at:datetime", "--drop-field", "NOTE"});
  EXPECT_EQ(edited.code, 0) << edited.err;
  EXPECT_EQ(edited.asked.at(1),
            R"(PATCH /api/v0/feeds/df-1 {"fields":[{"name":"id","type":"string"},)"
            R"({"name":"total","type":"decimal","rename_to":"sum","scale":4},)"
            R"({"name":"at","type":"datetime"}]})");
  const auto none = run(answers, {"feed", "edit", "df-1", "--drop-field", "x"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("no field \"x\" to drop"));
  EXPECT_THAT(run(answers, {"feed", "edit", "df-1"}).err, HasSubstr("say what to change"));
}

TEST_F(CliTest, AFieldCanBeMadeOfOthers) {
  const auto made = run({{"POST /api/v0/feeds", {201, R"({"id":"df-9"})"}}},
                        {"feed", "create", "--source", "S", "--name", "N", "--primary-key", "k",
                         "--field", "k:string,uuid=a+b", "--field", "n:string,combine=a"});
  EXPECT_THAT(made.asked.at(0),
              AllOf(HasSubstr(R"({"name":"k","type":"string","combines":["a","b"],"uuid":true})"),
                    HasSubstr(R"({"name":"n","type":"string","combines":["a"]})")));
}

TEST_F(CliTest, RowsAreDeletedOnlyAfterALook) {
  const std::string route = "POST /api/v0/tables/S%3AN/delete-rows";
  const Answers answers{
      {route,
       {200, R"({"table":"S:N","rows":2,"deleted":false,"first":{"columns":[{"name":"id",)"
             R"("type":"BIGINT"}],"rows":[[7],[12345678901234567]],"truncated":false}})"}}};
  std::vector<std::string> words{"table", "delete-rows",  "S:N", "--column",
                                 "at",    "--older-than", "90d"};
  const std::string look = route + R"( {"column":"at","older_than_days":90,"dry_run":true})";
  auto only_look = words;
  only_look.emplace_back("--dry-run");
  const auto looked = run(answers, only_look);
  EXPECT_THAT(looked.asked, ElementsAre(look));
  EXPECT_THAT(looked.out,
              AllOf(HasSubstr("12345678901234567"), HasSubstr("2 rows would be deleted")));
  is_interactive_ = true;
  const auto refused = run(answers, words, "n\n");
  EXPECT_THAT(refused.asked, ElementsAre(look));
  EXPECT_THAT(refused.err, HasSubstr("2 rows of \"S:N\" go."));
  EXPECT_EQ(refused.code, 2);
  const auto agreed = run(answers, words, "y\n");
  EXPECT_THAT(agreed.asked,
              ElementsAre(look, route + R"( {"column":"at","older_than_days":90,"expected":2})"));
  EXPECT_THAT(agreed.out, HasSubstr("2 rows deleted"));
  words.back() = "2027-01-01";
  words.emplace_back("--yes");
  EXPECT_EQ(run(answers, words).asked.back(),
            route + R"( {"column":"at","to":"2027-01-01","expected":2})");
  words[6] = "90 d";
  EXPECT_THAT(run(answers, words).err, HasSubstr("days, as in 90d"));
  EXPECT_THAT(run(answers, {"table", "delete-rows", "S:N", "--column", "at"}).err,
              HasSubstr("say which rows"));
  const Answers none{{route, {200, R"({"table":"S:N","rows":0,"deleted":false,"first":{}})"}}};
  const auto nothing = run(none, {"table", "delete-rows", "S:N", "--column", "at", "--value", ""});
  EXPECT_THAT(nothing.asked, ElementsAre(route + R"( {"column":"at","value":"","dry_run":true})"));
  EXPECT_THAT(nothing.out, HasSubstr("no row of \"S:N\""));
}

TEST_F(CliTest, TablesAreRenamedAndPurged) {
  EXPECT_EQ(asked("POST /api/v0/tables/S%3AN/rename", {"table", "rename", "S:N", "S:O"}),
            R"(POST /api/v0/tables/S%3AN/rename {"name":"S:O"})");
  EXPECT_EQ(asked("DELETE /api/v0/tables/S%3AN", {"table", "purge", "S:N", "--yes"}),
            "DELETE /api/v0/tables/S%3AN");
  EXPECT_EQ(asked("POST /api/v0/feeds/df-1/purge", {"feed", "purge", "df-1", "--yes"}),
            "POST /api/v0/feeds/df-1/purge {}");
  EXPECT_EQ(asked("PATCH /api/v0/feeds/df-1", {"feed", "edit", "df-1", "--name", "N", "--keep",
                                               "loaded_last", "--rename-table", "--take-table"}),
            R"(PATCH /api/v0/feeds/df-1 {"name":"N","keep":"loaded_last","rename_table":true,)"
            R"("take_table":true})");
  EXPECT_EQ(asked("POST /api/v0/feeds/df-1/activate", {"feed", "activate", "df-1", "--take-table"}),
            R"(POST /api/v0/feeds/df-1/activate {"take_table":true})");
}

TEST_F(CliTest, AFeedMayMergeAndHaveADeleteMarker) {
  EXPECT_EQ(
      asked("PATCH /api/v0/feeds/df-1",
            {"feed", "edit", "df-1", "--merge", "on", "--delete-marker", "op=D"}),
      R"(PATCH /api/v0/feeds/df-1 {"merge":true,"delete_marker":{"field":"op","value":"D"}})");
  EXPECT_EQ(asked("PATCH /api/v0/feeds/df-1",
                  {"feed", "edit", "df-1", "--merge", "off", "--delete-marker", "gone"}),
            R"(PATCH /api/v0/feeds/df-1 {"merge":false,"delete_marker":{"field":"gone"}})");
  EXPECT_EQ(asked("PATCH /api/v0/feeds/df-1", {"feed", "edit", "df-1", "--delete-marker", ""}),
            R"(PATCH /api/v0/feeds/df-1 {"delete_marker":{"field":""}})");
}

TEST_F(CliTest, EveryVerbOfAFeedShowsAnExample) {
  for (const char* verb : {"draft", "samples", "create", "show", "edit", "activate", "copy", "load",
                           "truncate", "purge", "delete"}) {
    const auto help = run({}, {"feed", verb, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr(std::string("weir feed ") + verb)) << verb;
    EXPECT_THAT(help.out, HasSubstr("Example")) << verb;
  }
}

}  // namespace
}  // namespace weir::cli
