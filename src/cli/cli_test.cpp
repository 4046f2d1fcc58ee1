#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/cli_fixture.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(CliTest, EveryVerbAsksWhatTheContractSays) {
  struct Case {
    std::string route;
    std::vector<std::string> words;
    std::string body;
  };
  const std::vector<Case> cases{
      {"POST /api/v0/streams",
       {"stream", "create", "--name", "Orders", "--type", "xml", "--xml-check", "sync"},
       R"({"name":"Orders","description":"","payload_type":"xml","xml_check":"sync"})"},
      {"GET /api/v0/streams/is-1", {"stream", "show", "is-1"}, ""},
      {"POST /api/v0/streams/is-1/flush", {"stream", "flush", "is-1"}, "{}"},
      {"POST /api/v0/admin/api-keys",
       {"key", "create", "--name", "tills"},
       R"({"name":"tills","policies":["streaming-ingest-api:write"]})"},
      {"POST /api/v0/admin/api-keys",
       {"key", "create", "--name", "ops", "--policy", "a:b", "--policy", "c:d"},
       R"({"name":"ops","policies":["a:b","c:d"]})"},
      {"GET /api/v0/admin/api-keys/tak-1", {"key", "show", "tak-1"}, ""},
      {"POST /api/v0/admin/api-keys/tak-1/rotate", {"key", "rotate", "tak-1"}, "{}"},
      {"POST /api/v0/admin/api-keys/tak-1/revoke", {"key", "revoke", "tak-1"}, R"({"all":false})"},
      {"POST /api/v0/admin/api-keys/tak-1/revoke",
       {"key", "revoke", "tak-1", "--all"},
       R"({"all":true})"},
      {"DELETE /api/v0/admin/api-keys/tak-1", {"key", "delete", "tak-1"}, ""},
      {"POST /api/v0/admin/api-keys/tak-1/oauth-credentials", {"key", "oauth", "tak-1"}, "{}"},
      {"GET /api/v0/users/us-1", {"user", "show", "us-1"}, ""},
      {"POST /api/v0/users/us-1/disable", {"user", "disable", "us-1"}, "{}"},
      {"POST /api/v0/users/us-1/enable", {"user", "enable", "us-1"}, "{}"},
      {"POST /api/v0/users/us-1/sign-out", {"user", "sign-out", "us-1"}, "{}"},
      {"POST /api/v0/users/us-1/attach-policies",
       {"user", "policies", "us-1", "--attach", "datagrid-operator"},
       R"({"policies":["datagrid-operator"]})"},
      {"POST /api/v0/users/us-1/detach-policies",
       {"user", "policies", "us-1", "--detach", "datagrid-operator"},
       R"({"policies":["datagrid-operator"]})"},
      {"POST /api/v0/admin/api-keys/tak-1/tokens",
       {"token", "create", "tak-1", "--days", "3"},
       R"({"expires-at":"2027-03-05T08:00:00Z"})"},
      {"POST /api/v0/admin/api-keys/tak-1/tokens",
       {"token", "create", "tak-1", "--expires-at", "2028-01-01T01:00:00+01:00"},
       R"({"expires-at":"2028-01-01T00:00:00Z"})"},
      {"POST /api/v0/admin/api-keys/tak-1/tokens",
       {"token", "create", "tak-1", "--days", "3", "--rotate"},
       R"({"expires-at":"2027-03-05T08:00:00Z","rotate":true})"},
      {"PATCH /api/v0/admin/api-keys/tak-1",
       {"key", "update", "tak-1", "--policy", "a:b", "--name", "N"},
       R"({"name":"N","policies":["a:b"]})"},
      {"GET /api/v0/streams/is-1/samples/curl",
       {"stream", "samples", "is-1", "--format", "curl"},
       ""},
      {"GET /api/v0/receipts/R1", {"receipt", "show", "R1"}, ""},
      {"GET /api/v0/tables/Shop%3AOrders/lineage?row=a%7Cb",
       {"table", "lineage", "Shop:Orders", "a|b"},
       ""},
      {"GET /api/v0/quarantine/R1", {"quarantine", "show", "R1"}, ""},
      {"POST /api/v0/quarantine/R1/drop", {"quarantine", "drop", "R1", "--yes"}, "{}"},
      {"POST /api/v0/quarantine/R1/replay", {"quarantine", "replay", "R1"}, "{}"},
      {"GET /api/v0/row-errors/12.3", {"row-error", "show", "12.3"}, ""},
      {"POST /api/v0/row-errors/12.3/dismiss", {"row-error", "dismiss", "12.3"}, "{}"},
      {"POST /api/v0/row-errors/12.3/mend",
       {"row-error", "mend", "12.3", "--undo"},
       R"({"record":""})"},
      {"GET /api/v0/workflow/runs/wf-1/errors?limit=5&state=open",
       {"run", "errors", "wf-1", "--state", "open", "--limit", "5"},
       ""},
      {"GET /api/v0/workflow/runs/wf-1/error-kinds", {"run", "errors", "wf-1", "--kinds"}, ""},
      {"GET /api/v0/workflow/runs/wf-1/errors.csv?level=feed",
       {"run", "errors", "wf-1", "--kinds", "--csv"},
       ""},
      {"POST /api/v0/workflow/runs/wf-1/load-errors", {"run", "load-errors", "wf-1"}, "{}"},
      {"POST /api/v0/ingest-queries",
       {"query", "create", "--name", "Flat", "--sql", "SELECT 1"},
       R"({"name":"Flat","description":"","sql":"SELECT 1"})"},
      {"GET /api/v0/ingest-queries/iq-1", {"query", "show", "iq-1"}, ""},
      {"POST /api/v0/ingest-queries/preview",
       {"query", "preview", "--stream", "is-1", "--sql", "SELECT 1", "--row-tag", "sale"},
       R"({"stream_id":"is-1","file_tag":"streaming","limit":20,"row_tag":"sale","sql":"SELECT 1"})"},
      {"POST /api/v0/ingest-queries/iq-1/preview",
       {"query", "preview", "iq-1", "--stream", "is-1", "--limit", "3"},
       R"({"stream_id":"is-1","file_tag":"streaming","limit":3})"},
      {"POST /api/v0/ingest-queries/iq-1/preview",
       {"query", "preview", "iq-1", "--stream", "is-1", "--payloads", "9"},
       R"({"stream_id":"is-1","file_tag":"streaming","limit":20,"payloads":9})"},
      {"POST /api/v0/ingest-queries/iq-1/preview",
       {"query", "preview", "iq-1", "--batch", "ingest/x.ndjson"},
       R"({"file":"ingest/x.ndjson","file_tag":"streaming","limit":20})"},
      {"POST /api/v0/ingest-queries/iq-1/compare",
       {"query", "compare", "iq-1", "--from", "1", "--sql", "SELECT 2", "--stream", "is-1"},
       R"({"stream_id":"is-1","file_tag":"streaming","limit":20,"from":1,"sql":"SELECT 2"})"},
      {"POST /api/v0/streams/is-1/validate",
       {"stream", "validate", "is-1", "--payload", "{}"},
       R"({"payload":"{}"})"},
      {"GET /api/v0/workflow/runs?ended_to=2027-03-02T00%3A00%3A00Z&limit=100&unresolved=true",
       {"run", "list", "--unresolved", "--ended-to", "2027-03-02T00:00:00Z", "--limit", "100"},
       ""},
      {"DELETE /api/v0/ingest-queries/iq-1", {"query", "delete", "iq-1"}, ""},
      {"GET /api/v0/ingest-queries/iq-1/versions?limit=5",
       {"query", "versions", "iq-1", "--limit", "5"},
       ""},
      {"GET /api/v0/ingest-queries/iq-1/diff?from=2&to=4",
       {"query", "diff", "iq-1", "--from", "2", "--to", "4"},
       ""},
      {"PUT /api/v0/ingest-queries/iq-1/version",
       {"query", "restore", "iq-1", "--version", "2"},
       R"({"version":2})"},
      {"POST /api/v0/feeds",
       {"feed", "create", "--source", "Shop", "--name", "Orders", "--field", "id:string,required",
        "--field", "total:decimal,scale=2,rename=order_total", "--field",
        "at:datetime,format=yyyy-MM-dd HH:mm:ss,semantic=order-dt", "--primary-key", "id",
        "--last-updated", "at", "--error-threshold", "0"},
       R"({"source":"Shop","name":"Orders","fields":[)"
       R"({"name":"id","type":"string","required":true},)"
       R"({"name":"total","type":"decimal","scale":2,"rename_to":"order_total"},)"
       R"({"name":"at","type":"datetime","format":"yyyy-MM-dd HH:mm:ss","semantic":"order-dt"}],)"
       R"("primary_key":["id"],"last_updated":"at","error_threshold":0})"},
      {"GET /api/v0/feeds/df-1", {"feed", "show", "df-1"}, ""},
      {"POST /api/v0/feeds/df-1/activate", {"feed", "activate", "df-1"}, "{}"},
      {"POST /api/v0/feeds/df-1/activate",
       {"feed", "activate", "df-1", "--load-sample"},
       R"({"load_sample":true})"},
      {"POST /api/v0/feeds/df-1/copy",
       {"feed", "copy", "df-1", "--name", "Returns"},
       R"({"name":"Returns"})"},
      {"POST /api/v0/feeds/df-1/truncate", {"feed", "truncate", "df-1"}, "{}"},
      {"POST /api/v0/feeds/df-1/load",
       {"feed", "load", "df-1", "--day", "2027-03-02"},
       R"({"day":"2027-03-02"})"},
      {"DELETE /api/v0/feeds/df-1", {"feed", "delete", "df-1", "--yes"}, ""},
      {"PATCH /api/v0/feeds/df-1",
       {"feed", "edit", "df-1", "--primary-key", "id", "--primary-key", "line", "--scale", "3",
        "--format", "epoch_ms", "--purge"},
       R"({"primary_key":["id","line"],"format":"epoch_ms","scale":3,"purge":true})"},
      {"POST /api/v0/feeds/draft",
       {"feed", "draft", "--stream", "is-1", "--query", "iq-1", "--row-tag", "sale"},
       R"({"stream_id":"is-1","ingest_query_id":"iq-1","row_tag":"sale"})"},
      {"GET /api/v0/feeds/samples?limit=5&stream_id=is-1",
       {"feed", "samples", "--stream", "is-1", "--limit", "5"},
       ""},
      {"POST /api/v0/couriers",
       {"courier", "create", "--name", "C", "--stream", "is-1", "--format", "NDJSON", "--prefix",
        "08", "--feed", "df-1"},
       R"({"name":"C","stream_id":"is-1","file_format":"NDJSON","file_pattern_prefix":"08",)"
       R"("file_tag":"streaming","load_operations":{"df-1":[{"type":"load","file":"streaming"}]}})"},
      {"POST /api/v0/couriers/cr-1/copy", {"courier", "copy", "cr-1"}, "{}"},
      {"POST /api/v0/couriers/cr-1/copy",
       {"courier", "copy", "cr-1", "--name", "N"},
       R"({"name":"N"})"},
      {"POST /api/v0/credentials",
       {"credential", "add", "--name", "acme-streaming-ingest"},
       R"({"name":"acme-streaming-ingest","description":""})"},
      {"GET /api/v0/credentials/cd-1", {"credential", "show", "cd-1"}, ""},
      {"DELETE /api/v0/credentials/cd-1", {"credential", "delete", "cd-1"}, ""},
      {"PUT /api/v0/streams/is-1/batch-age",
       {"stream", "batch-age", "is-1", "1"},
       R"({"batch_age_s":1})"},
      {"PUT /api/v0/streams/is-1/batch-age",
       {"stream", "batch-age", "is-1", "0"},
       R"({"batch_age_s":null})"},
      {"POST /api/v0/couriers",
       {"courier", "create", "--name", "L", "--stream", "is-1", "--format", "NDJSON", "--trigger",
        "each_batch"},
       R"({"name":"L","stream_id":"is-1","file_format":"NDJSON","trigger":"each_batch",)"
       R"("file_tag":"streaming","load_operations":{}})"},
      {"GET /api/v0/couriers/cr-1", {"courier", "show", "cr-1"}, ""},
      {"POST /api/v0/couriers/cr-1/validate", {"courier", "validate", "cr-1"}, "{}"},
      {"DELETE /api/v0/couriers/cr-1", {"courier", "delete", "cr-1"}, ""},
      {"POST /api/v0/couriers/cr-1/runs",
       {"courier", "run", "cr-1", "--day", "2027-03-01", "--skip-missing"},
       R"({"day":"2027-03-01","skip_missing":true})"},
      {"POST /api/v0/couriers/cr-1/runs",
       {"courier", "run", "cr-1", "--from", "2027-03-01", "--to", "2027-03-03", "--load-only"},
       R"({"range_from":"2027-03-01","range_to":"2027-03-03","load_only":true})"},
      {"POST /api/v0/couriers/cr-1/runs", {"courier", "run", "cr-1", "--all"}, R"({"all":true})"},
      {"POST /api/v0/courier-groups",
       {"group", "add", "--name", "G", "--schedule", "30 8 * * *", "--time-zone", "Europe/Berlin",
        "--courier", "cr-1:wait=2h,offset=2d,notify", "--courier", "cr-2:sealed,stop", "--catch-up",
        "90", "--runtime-alert", "1w", "--overlap", "skip"},
       R"({"name":"G","schedule":"30 8 * * *","time_zone":"Europe/Berlin","overlap":"skip",)"
       R"("runtime_alert_s":604800,"catch_up_s":90,"couriers":[{"courier_id":"cr-1",)"
       R"("wait_s":7200,"offset_s":172800,"notify_when_missing":true},{"courier_id":"cr-2",)"
       R"("as_soon_as_sealed":true,"stop_when_missing":true}]})"},
      {"GET /api/v0/courier-groups/cg-1", {"group", "show", "cg-1"}, ""},
      {"POST /api/v0/courier-groups/cg-1/copy",
       {"group", "copy", "cg-1", "--name", "Other"},
       R"({"name":"Other"})"},
      {"DELETE /api/v0/courier-groups/cg-1", {"group", "delete", "cg-1"}, ""},
      {"POST /api/v0/courier-groups/cg-1/activate", {"group", "activate", "cg-1"}, "{}"},
      {"POST /api/v0/courier-groups/cg-1/deactivate", {"group", "deactivate", "cg-1"}, "{}"},
      {"POST /api/v0/courier-groups/cg-1/next",
       {"group", "next", "cg-1", "--count", "2"},
       R"({"count":2})"},
      {"POST /api/v0/courier-groups/cg-1/runs", {"group", "run", "cg-1"}, "{}"},
      {"POST /api/v0/courier-groups/cg-1/runs",
       {"group", "run", "cg-1", "--day", "2027-03-01"},
       R"({"day":"2027-03-01"})"},
      {"GET /api/v0/workflow/runs/wf-1", {"run", "show", "wf-1"}, ""},
      {"POST /api/v0/workflow/runs/wf-1/stop", {"run", "stop", "wf-1"}, "{}"},
      {"GET /api/v0/tables/Shop%3AOrders", {"table", "show", "Shop:Orders"}, ""},
      {"GET /api/v0/tables/Shop%3AWeb%2FO%3F%23%25%20%C3%BC",
       {"table", "show", "Shop:Web/O?#% ü"},
       ""},
      {"POST /api/v0/query", {"table", "query", "SELECT 1"}, R"({"sql":"SELECT 1"})"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.route + " " + one.body);
    EXPECT_EQ(asked(one.route, one.words), one.route + (one.body.empty() ? "" : " " + one.body));
  }
}

TEST_F(CliTest, ACallCarriesTheTokenAndTheTenant) {
  const Outcome outcome =
      run({{"GET /api/v0/streams/is-1", {}}}, {"stream", "show", "is-1", "--tenant", "acme"});
  ASSERT_EQ(outcome.seen.size(), 1U);
  EXPECT_EQ(outcome.seen[0].headers.at("authorization"), "Bearer T");
  EXPECT_EQ(outcome.seen[0].headers.at("x-amperity-tenant"), "acme");
}

TEST_F(CliTest, WithoutATenantItIsTheTokens) {
  // {"alg":"HS256"} and {"tnt":"acme"}, not signed
  const std::string token = "eyJhbGciOiJIUzI1NiJ9.eyJ0bnQiOiJhY21lIn0.x";
  const Outcome outcome =
      run({{"GET /api/v0/streams/is-1", {}}}, {"stream", "show", "is-1", "--token", token});
  ASSERT_EQ(outcome.seen.size(), 1U);
  EXPECT_EQ(outcome.seen[0].headers.at("x-amperity-tenant"), "acme");
}

TEST_F(CliTest, ALinkOfAUserIsPrintedAndAPasswordIsRead) {
  const Answer link{201, R"({"user":{"id":"us-1","name":"Ada"},"code":"C","link":"http://h/#C",)"
                         R"("expires_at":"2027-03-09T08:00:00Z"})"};
  const auto added = run({{"POST /api/v0/users", link}},
                         {"user", "add", "--name", "Ada", "--policy", "datagrid-operator"});
  EXPECT_THAT(added.asked, ElementsAre(R"(POST /api/v0/users {"name":"Ada","policies":)"
                                       R"(["datagrid-operator"]})"));
  EXPECT_THAT(added.out, testing::AllOf(HasSubstr("http://h/#C"), HasSubstr("--code C")));
  const Answer made{201, R"({"user":{"id":"us-1"}})"};
  const auto set = run({{"POST /api/v0/passwords", made}}, {"user", "password", "--code", "C"},
                       "correct horse\n");
  EXPECT_THAT(set.asked,
              ElementsAre(R"(POST /api/v0/passwords {"code":"C","password":"correct horse"})"));
  EXPECT_EQ(run({}, {"user", "password", "--code", "C"}).code, 2);
}

TEST_F(CliTest, OpenPrintsTheAddressOfAPage) {
  const auto opened = run({}, {"open", "wf-20270302-1-a"});
  EXPECT_EQ(opened.code, 0);
  EXPECT_THAT(opened.out, HasSubstr("/ui/go/wf-20270302-1-a\n"));
  EXPECT_TRUE(opened.seen.empty());
}

TEST_F(CliTest, TheAuditLogIsListedAndExported) {
  const auto listed =
      run({{"GET /api/v0/audit-events?limit=2&type=stream%2F",
            {200, R"({"items":[{"event_type":"stream/created"}],"next_token":null})"}}},
          {"audit", "list", "--type", "stream/", "--limit", "2"});
  EXPECT_THAT(listed.out, HasSubstr("stream/created"));
  const auto csv = run({{"GET /api/v0/audit-events.csv?principal_id=us-1", {200, "a,b\r\n"}}},
                       {"audit", "export", "--by", "us-1"});
  EXPECT_EQ(csv.out, "a,b\r\n");
}

TEST_F(CliTest, AQueryIsReadFromStandardInput) {
  const Outcome outcome = run({{"POST /api/v0/query", {.body = R"({"columns":[],"rows":[]})"}}},
                              {"table", "query", "-"}, "SELECT 1\n");
  EXPECT_THAT(outcome.asked, ElementsAre(R"(POST /api/v0/query {"sql":"SELECT 1\n"})"));
}

TEST_F(CliTest, HoursAreListedWithWhatTheyAddUpTo) {
  const Answer page{.body = R"({"items":[{"day":"2027-03-02","hour":8,"accepted":5,"in_files":3,)"
                            R"("duplicates":1,"quarantined":1,"files":2,"sealed":true}]})"};
  const Outcome outcome = run({{"GET /api/v0/hours?limit=1000&stream_id=is-1", page}},
                              {"hour", "list", "--stream", "is-1"});
  EXPECT_THAT(
      outcome.out,
      HasSubstr("2027-03-02     8         5         3           1            1      2  yes"));
}

TEST_F(CliTest, BytesInQuarantineGoOutAndComeBackAsTheyAre) {
  const Outcome shown =
      run({{"GET /api/v0/quarantine/R1", {.body = R"({"body_base64":"/wA8YT4="})"}}},
          {"quarantine", "show", "R1", "--body"});
  EXPECT_EQ(shown.out, std::string("\xFF\0<a>", 5));
  const Outcome replayed = run({{"POST /api/v0/quarantine/R1/replay", {}}},
                               {"quarantine", "replay", "R1", "--file", "-"}, shown.out);
  EXPECT_THAT(replayed.asked,
              ElementsAre(R"(POST /api/v0/quarantine/R1/replay {"body_base64":"/wA8YT4="})"));
}

TEST_F(CliTest, AListWithinAThingIsATableOfWhatIsThere) {
  const Answer feed{.body = R"({"id":"df-1","fields":[
      {"name":"id","type":"integer","rename_to":"","required":true},
      {"name":"total","type":"decimal","rename_to":"","required":false}]})"};
  const Outcome shown = run({{"GET /api/v0/feeds/df-1", feed}}, {"feed", "show", "df-1"});
  EXPECT_EQ(shown.out,
            "id  df-1\n"
            "fields:\n"
            "  NAME   TYPE     REQUIRED\n"
            "  id     integer  yes\n"
            "  total  decimal  no\n");
}

TEST_F(CliTest, TheDoctorTellsWhatItFoundAndFailsOnAnAlarm) {
  const Answer well{.body = R"({"healthy":true,"checks":[{"name":"disk","state":"warning",)"
                            R"("message":"5 GiB"}],"streams":[],"differences":[]})"};
  const Outcome content = run({{"GET /api/v0/doctor", well}}, {"doctor"});
  EXPECT_EQ(content.code, 0);
  EXPECT_THAT(content.out, HasSubstr("disk   warning  5 GiB"));
  const Answer ill{.body = R"({"healthy":false,"checks":[{"name":"conservation","state":"alarm",)"
                           R"("message":"1 difference"}],"streams":[],"differences":)"
                           R"([{"stream_id":"is-1","message":"one is gone"}]})"};
  const Outcome alarmed = run({{"GET /api/v0/doctor", ill}}, {"doctor"});
  EXPECT_EQ(alarmed.code, 1);
  EXPECT_THAT(alarmed.out, HasSubstr("is-1    one is gone"));
  EXPECT_THAT(alarmed.err, HasSubstr("not all is well"));
}

TEST_F(CliTest, ARefusalIsTheServersWordsAndAnExitCode) {
  const std::map<int, int> codes{{400, 2}, {401, 3}, {403, 3}, {404, 4}, {409, 5},
                                 {413, 2}, {429, 6}, {500, 1}, {503, 6}, {504, 6}};
  for (const auto& [status, code] : codes) {
    const Answer refusal{status, R"({"status":0,"message":"No.","request_id":"R9"})"};
    const Outcome outcome = run({{"GET /api/v0/feeds/df-1", refusal}}, {"feed", "show", "df-1"});
    EXPECT_EQ(outcome.code, code) << status;
    EXPECT_EQ(outcome.err, status >= 500 ? "weir: No. (request R9)\n" : "weir: No.\n");
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

TEST_F(CliTest, ARefusalInJsonIsItsBody) {
  const Outcome outcome = run({}, {"feed", "show", "df-1", "--json"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_EQ(outcome.err,
            "{\"status\":404,\"message\":\"There is no such thing.\",\"request_id\":\"R7\"}\n");
}

TEST_F(CliTest, AnAnswerThatIsNoJsonIsAnError) {
  const Outcome outcome =
      run({{"GET /api/v0/feeds/df-1", {.body = "<html>"}}}, {"feed", "show", "df-1"});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_THAT(outcome.err, HasSubstr("is this the address of a Weir server?"));
}

TEST_F(CliTest, NoServerIsUnavailableInBothForms) {
  const Outcome plain = run({}, {"stream", "list", "--url", "http://127.0.0.1:1"});
  EXPECT_EQ(plain.code, 6);
  EXPECT_EQ(plain.err,
            "weir: cannot connect to http://127.0.0.1:1: Connection refused; is `weir serve` "
            "running?\n");
  const Outcome structured = run({}, {"stream", "list", "--json", "--url", "http://127.0.0.1:1"});
  EXPECT_EQ(json::parse(structured.err).at("status"), 503);
}

TEST_F(CliTest, ACommandLineThatCannotBeReadIsTwo) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"strem", "list"},
                                             {"stream"},
                                             {"stream", "create"},
                                             {"batch", "list"},
                                             {"courier", "run", "cr-1", "--day", "d", "--all"},
                                             {"token", "create", "k", "--days", "0"}}) {
    const Outcome outcome = run({}, words);
    EXPECT_EQ(outcome.code, 2) << words[0];
    EXPECT_THAT(outcome.err, testing::Not(IsEmpty()));
    EXPECT_THAT(outcome.asked, IsEmpty());
  }
}

TEST_F(CliTest, WrongInputIsRefusedBeforeAnythingIsAsked) {
  const std::map<std::string, std::vector<std::string>> wrong{
      {"is no day", {"courier", "run", "cr-1", "--day", "yesterday"}},
      {"say what to load", {"courier", "run", "cr-1"}},
      {"must be NAME:TYPE", {"feed", "create", "--field", "id"}},
      {"says nothing about a field", {"feed", "create", "--field", "id:string,scale=x"}},
      {"the feed lacks \"source\"", {"feed", "create", "--name", "x"}},
      {"give the query's SQL", {"query", "create", "--name", "x"}},
      {"is no moment", {"token", "create", "k", "--expires-at", "soon"}},
      {"cannot read the file", {"feed", "create", "--file", "/nowhere/feed.json"}},
      {"must look like http", {"stream", "list", "--url", "localhost"}}};
  for (const auto& [words_of_it, words] : wrong) {
    const Outcome outcome = run({}, words);
    EXPECT_EQ(outcome.code, 2) << words_of_it;
    EXPECT_THAT(outcome.err, HasSubstr(words_of_it));
    EXPECT_THAT(outcome.asked, IsEmpty());
  }
}

TEST_F(CliTest, HelpIsNoError) {
  const Outcome outcome = run({}, {"courier", "run", "--help"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("--skip-missing"));
}

TEST_F(CliTest, AFeedIsReadFromAFileAndFlagsGoOnTop) {
  const Outcome outcome = run({{"POST /api/v0/feeds", {201, R"({"id":"df-9"})"}}},
                              {"feed", "create", "--file", "-", "--name", "Mine"},
                              R"({"source":"S","name":"Theirs","fields":[],"primary_key":["id"]})");
  EXPECT_EQ(outcome.out, "df-9\n");
  EXPECT_THAT(outcome.asked,
              ElementsAre("POST /api/v0/feeds "
                          R"({"source":"S","name":"Mine","fields":[],"primary_key":["id"]})"));
}

TEST_F(CliTest, AQueryKeepsWhatAnUpdateDoesNotName) {
  const Outcome outcome = run(
      {{"GET /api/v0/ingest-queries/iq-1", {.body = R"({"description":"old","sql":"SELECT 1"})"}},
       {"PUT /api/v0/ingest-queries/iq-1", {}}},
      {"query", "update", "iq-1", "--sql", "SELECT 2"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(outcome.asked.size(), 2U);
  EXPECT_EQ(outcome.asked[1],
            R"(PUT /api/v0/ingest-queries/iq-1 {"description":"old","sql":"SELECT 2"})");
}

TEST_F(CliTest, APayloadIsReadFromStandardInputAndItsFateTold) {
  const Outcome outcome =
      run({{"POST /api/v0/streams/is-1/validate",
            {.body = R"({"status":202,"message":null,"quarantined":null,"tables":[
                  {"courier_id":"cr-1","feed_id":"df-1","table":"S:F","active":true,"state":"rows",
                   "errors":[],"rows":{"columns":[{"name":"_pk","type":"VARCHAR"}],
                   "rows":[["7"]],"truncated":false}},
                  {"courier_id":"cr-1","feed_id":"df-2","table":"S:G","active":true,
                   "state":"error","errors":[{"row":1,"field":"id","value":"x",
                   "reason":"is no integer"}]}]})"}}},
          {"stream", "validate", "is-1"}, "{\"id\":7}");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.asked,
              ElementsAre(R"(POST /api/v0/streams/is-1/validate {"payload":"{\"id\":7}"})"));
  EXPECT_THAT(outcome.out, HasSubstr("202 accepted\nS:F: becomes\n"));
  EXPECT_THAT(outcome.out, HasSubstr("S:G: the feed cannot take it\n  id: is no integer\n"));
}

TEST_F(CliTest, WhatTwoVersionsMakeOtherwiseIsTold) {
  const Outcome outcome =
      run({{"POST /api/v0/ingest-queries/iq-1/compare",
            {.body = R"({"columns":{"removed":[],"added":[{"name":"n","type":"INTEGER"}],"changed":
                  [{"name":"id","from":"INTEGER","to":"BIGINT"}]},"same_rows":4,
                  "only_from_rows":0,"only_to_rows":1,"only_from":{"columns":[],"rows":[],
                  "truncated":false},"only_to":{"columns":[{"name":"id","type":"BIGINT"}],
                  "rows":[[5]],"truncated":false}})"}}},
          {"query", "compare", "iq-1", "--payload", "-"}, "{}");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("columns added: n INTEGER\n"
                                     "columns changed: id INTEGER -> BIGINT\n"
                                     "4 rows are the same\n\nonly now: 1 rows\n"));
}

TEST_F(CliTest, ADifferenceOfVersionsMarksItsLines) {
  const Outcome outcome =
      run({{"GET /api/v0/ingest-queries/iq-1/diff",
            {.body = R"({"from":{"version":1,"saved_at":"2027-03-02T08:00:00Z","saved_by":"tak-1",
                  "saved_by_name":"","description":"Old"},
                  "to":{"version":2,"saved_at":"2027-03-02T09:00:00Z","saved_by":"us-1",
                  "saved_by_name":"Ada","description":"New"},
                  "lines":[{"change":"removed","text":"SELECT a"},
                           {"change":"added","text":"SELECT b"},
                           {"change":"same","text":"FROM t"}]})"}}},
          {"query", "diff", "iq-1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(", by tak-1\n+++ version 2 of "));
  EXPECT_THAT(outcome.out, HasSubstr(", by Ada\n-description: Old\n+description: New\n"
                                     "-SELECT a\n+SELECT b\n FROM t\n"));
}

TEST_F(CliTest, ACourierKeepsWhatAnUpdateDoesNotName) {
  const Outcome outcome = run(
      {{"GET /api/v0/couriers/cr-1",
        {.body = R"({"id":"cr-1","name":"C","stream_id":"is-1","file_format":"XML","file_tag":"t",
                  "file_pattern_prefix":"","load_operations":{"df-1":[]},"trigger":"each_batch",
                  "created_at":"x"})"}},
       {"PUT /api/v0/couriers/cr-1", {}}},
      {"courier", "update", "cr-1", "--name", "D"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(outcome.asked.size(), 2U);
  EXPECT_EQ(outcome.asked[1],
            "PUT /api/v0/couriers/cr-1 "
            R"({"name":"D","stream_id":"is-1","file_format":"XML","file_tag":"t",)"
            R"("file_pattern_prefix":"","load_operations":{"df-1":[]},"trigger":"each_batch"})");
}

TEST_F(CliTest, ASampleIsPrintedAsItCame) {
  const Outcome outcome = run({{"GET /api/v0/streams/is-1/samples/python", {200, "print(1)"}}},
                              {"stream", "samples", "is-1", "--format", "python"});
  EXPECT_EQ(outcome.out, "print(1)\n");
  EXPECT_EQ(run({}, {"stream", "samples", "is-1", "--format", "perl"}).code, 2);
}

TEST_F(CliTest, WhatCannotBeUndoneIsAskedAboutWhereSomebodyIsThere) {
  const Answers answers{{"POST /api/v0/admin/api-keys/tak-1/revoke", {}},
                        {"DELETE /api/v0/admin/api-keys/tak-1", {}}};
  is_interactive_ = true;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"key", "revoke", "tak-1"}, {"key", "delete", "tak-1"}}) {
    const Outcome no = run(answers, words, "\n");
    EXPECT_EQ(no.code, 2);
    EXPECT_TRUE(no.asked.empty());
    EXPECT_THAT(no.err, HasSubstr("cannot be undone"));
    EXPECT_EQ(run(answers, words, "y\n").asked.size(), 1U);
    auto sure = words;
    sure.emplace_back("--yes");
    EXPECT_EQ(run(answers, sure).asked.size(), 1U);
  }
}

TEST_F(CliTest, ABenchSendsAtItsRateAndCountsAnswers) {
  FakeServer server([](const Seen& seen) {
    if (seen.method == "GET") return Answer{};
    return seen.body.starts_with(R"({"n":3,)") ? Answer{429, "{}"} : Answer{202, "{}"};
  });
  const Outcome outcome =
      run({}, {"bench", "--url", server.url(), "is-1", "--rate", "100", "--seconds", "0.1",
               "--connections", "2", "--bytes", "64", "--json"});
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(R"("answers":{"202":9,"429":1})"));
  EXPECT_THAT(outcome.out, HasSubstr(R"("p99":)"));
  for (const Seen& seen : server.seen())
    EXPECT_EQ(seen.body.size(), seen.method == "POST" ? 64U : 0U);
}

}  // namespace
}  // namespace weir::cli
