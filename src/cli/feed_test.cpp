#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/cli_fixture.hpp"

/// `weir feed`: drafts as people see them, edits of single fields.
namespace weir::cli {
namespace {

using testing::AllOf;
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

TEST_F(CliTest, EveryVerbOfAFeedShowsAnExample) {
  for (const char* verb : {"draft", "samples", "create", "show", "edit", "activate", "copy", "load",
                           "truncate", "delete"}) {
    const auto help = run({}, {"feed", verb, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr(std::string("weir feed ") + verb)) << verb;
    EXPECT_THAT(help.out, HasSubstr("Example")) << verb;
  }
}

}  // namespace
}  // namespace weir::cli
