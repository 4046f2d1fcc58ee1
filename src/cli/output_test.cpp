#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/cli_fixture.hpp"

namespace weir::cli {
namespace {

using testing::HasSubstr;

TEST_F(CliTest, AListIsAnAlignedTableOfEveryPage) {
  const Answers pages{
      {"GET /api/v0/streams?limit=1000",
       {.body = R"({"items":[{"id":"is-1","name":"Müller","payload_type":null,"description":"",
                  "created_at":"2027-03-02T08:00:00.000123Z"}],"next_token":"more"})"}},
      {"GET /api/v0/streams?limit=1000&next_token=more",
       {.body = R"({"items":[{"id":"is-22","name":"Shop","payload_type":"json","description":"all",
                  "created_at":"2027-03-02T09:00:00Z"}],"next_token":null})"}}};
  const Outcome outcome = run(pages, {"stream", "list"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "ID     NAME    TYPE  DESCRIPTION  CREATED\n"
            "is-1   Müller                     2027-03-02 08:00:00Z\n"
            "is-22  Shop    json  all          2027-03-02 09:00:00Z\n");
}

TEST_F(CliTest, AListInJsonIsOneDocument) {
  const Answers pages{
      {"GET /api/v0/feeds?limit=1000", {.body = R"({"items":[{"id":"df-1"}],"next_token":"n"})"}},
      {"GET /api/v0/feeds?limit=1000&next_token=n", {.body = R"({"items":[{"id":"df-2"}]})"}}};
  const Outcome outcome = run(pages, {"feed", "list", "--json"});
  EXPECT_EQ(outcome.out, "{\"items\":[{\"id\":\"df-1\"},{\"id\":\"df-2\"}]}\n");
}

TEST_F(CliTest, OnePageOfAListSaysHowToGoOn) {
  const Outcome outcome =
      run({{"GET /api/v0/batches?limit=1&next_token=a&stream_id=is-1",
            {.body = R"({"items":[{"path":"p","records":3}],"next_token":"b"})"}}},
          {"batch", "list", "--stream", "is-1", "--limit", "1", "--next-token", "a"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("more: --next-token b\n"));
}

TEST_F(CliTest, PagesOfAListGoBothWays) {
  const Outcome outcome =
      run({{"GET /api/v0/admin/api-keys?limit=2&order=newest&previous_token=a&q=Shop",
            {.body = R"({"items":[{"id":"tak-1","name":"Shop"}],"previous_token":"c",)"
                     R"("next_token":"b"})"}}},
          {"key", "list", "--limit", "2", "--previous-token", "a", "--order", "newest", "--text",
           "Shop"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("before: --previous-token c\nmore: --next-token b\n"));
}

TEST_F(CliTest, NamesAndMessagesCannotTurnAroundWhatIsRead) {
  const std::string turned = "\xE2\x80\xAEgnp";
  const Outcome listed =
      run({{"GET /api/v0/streams?limit=1000",
            {.body = R"({"items":[{"id":"is-1","name":")" + turned + R"("}]})"}}},
          {"stream", "list"});
  EXPECT_THAT(listed.out, HasSubstr("\\u202egnp"));
  const Outcome refused = run(
      {{"GET /api/v0/streams/is-1", {404, R"({"status":404,"message":"No )" + turned + R"("})"}}},
      {"stream", "show", "is-1"});
  EXPECT_THAT(refused.err, HasSubstr("No \\u202egnp"));
  const Outcome checked = run({{"POST /api/v0/couriers/cr-1/validate",
                                {.body = R"({"valid":false,"message":")" + turned + R"("})"}}},
                              {"courier", "validate", "cr-1"});
  EXPECT_THAT(checked.out, HasSubstr("\\u202egnp"));
}

TEST_F(CliTest, AnEmptyListSaysWhatToDo) {
  const Outcome outcome =
      run({{"GET /api/v0/quarantine?limit=1000&state=held", {.body = R"({"items":[]})"}}},
          {"quarantine", "list"});
  EXPECT_EQ(outcome.out, "the quarantine is empty\n");
}

TEST_F(CliTest, OneThingIsShownMemberByMember) {
  const Outcome outcome = run(
      {{"GET /api/v0/ingest-queries/iq-1",
        {.body =
             R"({"id":"iq-1","name":"Flat","active":true,"tags":["a","b"],"sql":"SELECT a\nFROM b"})"}}},
      {"query", "show", "iq-1"});
  EXPECT_EQ(outcome.out,
            "id      iq-1\n"
            "name    Flat\n"
            "active  yes\n"
            "tags    a, b\n"
            "sql:\n"
            "  SELECT a\n"
            "  FROM b\n");
}

TEST_F(CliTest, ATokenIsPrintedAloneSoThatAShellCanTakeIt) {
  const Answers answers{{"POST /api/v0/admin/api-keys/tak-1/tokens",
                         {201, R"({"token":"eyJ.a.b","expires-at":"2027-04-01T08:00:00Z"})"}}};
  EXPECT_EQ(run(answers, {"token", "create", "tak-1"}).out, "eyJ.a.b\n");
  EXPECT_EQ(run(answers, {"token", "create", "tak-1", "--json"}).out,
            "{\"token\":\"eyJ.a.b\",\"expires-at\":\"2027-04-01T08:00:00Z\"}\n");
}

const Answers rows_answer{
    {"POST /api/v0/query",
     {.body = R"({"columns":[{"name":"n","type":"BIGINT"},{"name":"who","type":"VARCHAR"},)"
              R"j({"name":"amount","type":"DECIMAL(38,2)"}],)j"
              R"("rows":[[7,"Müller \"1.5\"",106.90],[1234,null,12345678901234567890.25]],)"
              R"("truncated":true})"}}};

TEST_F(CliTest, RowsOfAQueryAreATableWithExactNumbersToTheRight) {
  EXPECT_EQ(run(rows_answer, {"table", "query", "SELECT 1"}).out,
            "   n  who                            amount\n"
            "   7  Müller \"1.5\"                   106.90\n"
            "1234  NULL          12345678901234567890.25\n"
            "2 rows (there are more: add a LIMIT and an OFFSET)\n");
}

TEST_F(CliTest, WhatDidNotFitTheSchemaIsCountedBelowTheRows) {
  const Answers answers{{"POST /api/v0/query",
                         {.body = R"({"columns":[{"name":"n","type":"BIGINT"}],"rows":[[null]],)"
                                  R"("truncated":false,"misfits":3,"first_misfits":[]})"}}};
  EXPECT_THAT(run(answers, {"table", "query", "SELECT 1"}).out,
              testing::EndsWith("1 row\n3 values did not fit the schema: --json shows the first "
                                "ones\n"));
}

TEST_F(CliTest, RowsOfAQueryInJsonAreTheVeryAnswer) {
  EXPECT_EQ(run(rows_answer, {"table", "query", "SELECT 1", "--json"}).out,
            rows_answer.begin()->second.body + "\n");
}

TEST_F(CliTest, ACourierThatIsNotValidSaysWhyAndIsTwo) {
  const Outcome outcome =
      run({{"POST /api/v0/couriers/cr-1/validate",
            {.body = R"({"valid":false,"message":"Cannot find required feeds: \"df-x\""})"}}},
          {"courier", "validate", "cr-1"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "cr-1 is not valid: Cannot find required feeds: \"df-x\"\n");
}

TEST_F(CliTest, ARunIsWaitedForAndItsCountsAreShown) {
  int looked = 0;
  FakeServer server([&](const Seen& seen) {
    if (seen.method == "POST") return Answer{201, R"({"id":"wf-1","state":"scheduled"})"};
    if (++looked < 3) return Answer{.body = R"({"id":"wf-1","state":"running","tasks":[]})"};
    return Answer{.body = R"({"id":"wf-1","state":"succeeded","tasks":[{"kind":"load","name":"S:F",
        "state":"succeeded","detail":{"read":5,"inserted":3,"updated":1,"rejected":1,"errors":0}}]})"};
  });
  const Outcome outcome =
      run({}, {"courier", "run", "cr-1", "--all", "--wait", "--url", server.url()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(slept_, std::chrono::milliseconds(1000));
  EXPECT_EQ(outcome.out,
            "id     wf-1\n"
            "state  succeeded\n"
            "\n"
            "TASK  OF   STATE      RECORDS  READ  INSERTED  UPDATED  REJECTED  ERRORS  ERROR\n"
            "load  S:F  succeeded              5         3        1         1       0\n");
}

/// A run of 2 tasks that reads, is read, and is done.
FakeServer reading_server(int& looked) {
  return FakeServer([&looked](const Seen&) {
    const std::string of = looked < 2 ? "4000" : "12000";
    const std::string state = ++looked < 4 ? "running" : "succeeded";
    return Answer{
        .body =
            R"({"id":"wf-1","state":")" + state +
            R"(","notices":[{"at":"2027-03-02T08:00:01.000000Z","text":"Loading S:F"}],"tasks":[)"
            R"({"kind":"find-batches","name":"is-1","state":"succeeded","detail":{}},)"
            R"({"kind":"load","name":"S:F","state":")" +
            state + R"(","detail":{"stage":"reading","records":10000,"rows_read":)" + of + "}}]}"};
  });
}

TEST_F(CliTest, WhoWaitsForARunIsToldHowFarItIsALineForEachChange) {
  int looked = 0;
  FakeServer server = reading_server(looked);
  const Outcome outcome = run({}, {"workflow", "show", "wf-1", "--wait", "--url", server.url()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err,
            "08:00:01  Loading S:F\n"
            "          task 2 of 2, load S:F: reading, 4,000 of 10,000 records\n"
            "          task 2 of 2, load S:F: reading, 10,000 of 10,000 records\n");
}

TEST_F(CliTest, AtATerminalHowFarARunIsIsOneLine) {
  is_interactive_ = true;
  int looked = 0;
  FakeServer server = reading_server(looked);
  const Outcome outcome = run({}, {"run", "show", "wf-1", "--wait", "--url", server.url()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const std::string erase = "\r\x1b[K";
  const std::string line = erase + "0:00  [======>         ] 40%  4,000 of 10,000  load S:F";
  EXPECT_EQ(outcome.err, "08:00:01  Loading S:F\n" + line + line + erase +
                             "0:00  [================] 100%  10,000 of 10,000  load S:F" + erase);
}

TEST_F(CliTest, RecordsStandBesideRowsAndWarningsBelow) {
  const Outcome outcome =
      run({{"GET /api/v0/workflow/runs/wf-1",
            {.body = R"({"id":"wf-1","state":"succeeded","tasks":[{"kind":"load","name":"S:F",
        "state":"succeeded","detail":{"records":7,"read":0,"inserted":0,"updated":0,"rejected":0,
        "errors":0,"warnings":["no rows were made of the 7 records in 1 file"]}}]})"}}},
          {"run", "show", "wf-1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "id     wf-1\n"
            "state  succeeded\n"
            "\n"
            "TASK  OF   STATE      RECORDS  READ  INSERTED  UPDATED  REJECTED  ERRORS  ERROR\n"
            "load  S:F  succeeded        7     0         0        0         0       0\n"
            "\n"
            "warning: S:F: no rows were made of the 7 records in 1 file\n");
}

TEST_F(CliTest, RareCountsHaveAColumnWhereThereAreAny) {
  const Outcome outcome =
      run({{"GET /api/v0/workflow/runs/wf-1",
            {.body = R"({"id":"wf-1","state":"succeeded","tasks":[{"kind":"load","name":"S:F",
        "state":"succeeded","detail":{"records":7,"read":7,"inserted":4,"updated":1,"rejected":0,
        "errors":0,"deleted":2,"taken_back":1}}]})"}}},
          {"run", "show", "wf-1"});
  EXPECT_THAT(
      outcome.out,
      HasSubstr("TASK  OF   STATE      RECORDS  READ  INSERTED  UPDATED  REJECTED  DELETED  "
                "TAKEN BACK  ERRORS  ERROR\n"
                "load  S:F  succeeded        7     7         4        1         0        2  "
                "         1       0\n"));
}

TEST_F(CliTest, ARunWhoseLoadWasUndoneSaysSo) {
  const Outcome outcome =
      run({{"GET /api/v0/workflow/runs/wf-1",
            {.body = R"({"id":"wf-1","state":"succeeded","tasks":[{"kind":"load","name":"S:F",
        "state":"succeeded","detail":{"load":7,"undone_loads":[7]}}]})"}}},
          {"run", "show", "wf-1"});
  EXPECT_THAT(outcome.out, HasSubstr("\nundone: S:F: load 7\n"));
}

TEST_F(CliTest, AReceiptTellsWhatBecameOfEachRow) {
  const Outcome outcome =
      run({{"GET /api/v0/receipts/R1",
            {.body = R"({"receipt":"R1","stream_id":"is-1","state":"in_file","tables":[
          {"table":"S:A","state":"several","run_id":"wf-1","rows":[
            {"state":"loaded","_pk":"1"},
            {"state":"error","errors":[{"row":1,"field":"n","value":"x","reason":"\"x\" is no integer"},
                                       {"row":1,"field":"d","value":"","reason":"a required field is null"}]},
            {"state":"rejected","_pk":"2","lost_to":{"receipt":"R2","file":"f","row":4,"load":7,
              "run_id":"wf-1","loaded_at":null}}]},
          {"table":"S:B","state":"dropped","run_id":"wf-2"},
          {"table":"S:C","state":"not_loaded"},
          {"table":"S:D","state":"removed","rows":[{"state":"removed","_pk":"3"}],
            "why":"The table was emptied since."}]})"}}},
          {"receipt", "show", "R1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "receipt    R1\n"
            "stream_id  is-1\n"
            "state      in_file\n"
            "\n"
            "TABLE  STATE       ROW  RUN   WHAT\n"
            "S:A    loaded      1    wf-1\n"
            "S:A    error            wf-1  n: \"x\" is no integer; d: a required field is null\n"
            "S:A    rejected    2    wf-1  to receipt R2\n"
            "S:B    dropped          wf-2\n"
            "S:C    not_loaded\n"
            "S:D    removed     3\n"
            "S:D: The table was emptied since.\n");
}

TEST_F(CliTest, AFailedRunIsOne) {
  const Outcome outcome =
      run({{"GET /api/v0/workflow/runs/wf-1",
            {.body = R"({"state":"failed","error":"Cannot find required feeds"})"}}},
          {"run", "show", "wf-1", "--wait"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("Cannot find required feeds"));
}

}  // namespace
}  // namespace weir::cli
