#include <gmock/gmock.h>

#include "catalog/audit.hpp"
#include "control/audit_type.hpp"
#include "control/control_fixture.hpp"

/// What the audit log says, and how it is read (every_operation_test.cpp: who writes into it).
namespace weir::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AuditEventsTest : public ControlTest {
 protected:
  json::array events(const std::string& query = "") {
    return get("/api/v0/audit-events" + query).at("items").as_array();
  }
  json::array request_of_rival() {
    return expect(200, send(request("GET", "/api/v0/audit-events", "", rival_admin_)))
        .at("items")
        .as_array();
  }
  std::string first(const char* member, const std::string& query = "") {
    const auto found = events(query);
    return found.empty() ? "none" : text(found[0].as_object(), member);
  }
};

TEST_F(AuditEventsTest, AnEventSaysWhoDidWhatToWhatAndFromWhere) {
  const auto id = new_stream();
  const auto event = events()[0].as_object();
  EXPECT_EQ(text(event, "event_type"), "stream/created");
  EXPECT_EQ(text(event, "object"), id);
  EXPECT_EQ(text(event, "object_name"), "S");
  EXPECT_EQ(text(event, "origin_ip"), "192.0.2.7");
  EXPECT_EQ(text(event, "principal_name"), "Key");
  EXPECT_EQ(text(event, "source"), "api");
  EXPECT_TRUE(event.at("principal_email").is_null());
  EXPECT_EQ(text(event, "happened_at"), to_string(clock_.now()));
  EXPECT_THAT(request_of_rival(), IsEmpty());
}

TEST_F(AuditEventsTest, AThingThatIsDeletedStillHasItsName) {
  const auto id =
      text(created("/api/v0/ingest-queries", R"({"name":"Before","sql":"SELECT 1"})"), "id");
  EXPECT_EQ(send("DELETE", "/api/v0/ingest-queries/" + id).status, 204);
  EXPECT_EQ(first("event_type"), "ingest-query/deleted");
  EXPECT_EQ(first("object_name"), "Before");
}

TEST_F(AuditEventsTest, AUserIsNamedWithTheAddress) {
  const auto session = session_of({"datagrid-administrator"});
  EXPECT_EQ(
      send(by_session(request("POST", "/api/v0/streams", R"({"name":"S"})", ""), session)).status,
      201);
  EXPECT_EQ(first("source"), "ui");
  EXPECT_EQ(first("principal_name"), "User 1");
}

TEST_F(AuditEventsTest, TheEventStandsInTheTransactionOfTheChange) {
  const auto before = catalog_->audit().count(acme_, {}).value();
  {
    catalog::AuditScope scope({.tenant_no = acme_, .type = "t/x", .happened_at = clock_.now()});
    EXPECT_FALSE(catalog_->streams().add(acme_, {"", "", std::nullopt, false}));
    EXPECT_FALSE(scope.recorded()) << "what is rolled back leaves none";
    add_stream(acme_);
    EXPECT_TRUE(scope.recorded());
    add_stream(acme_);
    ASSERT_TRUE(catalog_->audit().record(scope));
  }
  EXPECT_EQ(catalog_->audit().count(acme_, {}).value(), before + 1) << "one act, one event";
  // An event that cannot be written takes the change with it.
  const auto streams = catalog_->streams().list(acme_, {}).value().items.size();
  {
    const catalog::AuditScope scope(
        {.tenant_no = 4711, .type = "t/x", .happened_at = clock_.now()});
    EXPECT_FALSE(catalog_->tenants().allow_origins("acme", {"https://a.example"}));
  }
  EXPECT_TRUE(catalog_->tenants().find("acme")->allowed_origins.empty());
  EXPECT_EQ(catalog_->streams().list(acme_, {}).value().items.size(), streams);
}

TEST_F(AuditEventsTest, EventsAreFilteredAndPagedNewestFirst) {
  const auto one = new_stream();
  clock_.turn(std::chrono::hours(1));
  const auto two = new_stream();
  created("/api/v0/ingest-queries", R"({"name":"Q","sql":"SELECT 1"})");
  EXPECT_THAT(events("?type=stream/created"), SizeIs(2));
  EXPECT_THAT(events("?type=stream/"), SizeIs(2));
  EXPECT_THAT(events("?type=stream"), IsEmpty());
  EXPECT_THAT(events("?object=" + one), SizeIs(1));
  EXPECT_THAT(events("?principal_id=tak-none"), IsEmpty());
  EXPECT_THAT(events("?happened_to=2027-03-02T09:00:00Z"), SizeIs(1)) << "exclusive";
  EXPECT_THAT(events("?happened_from=2027-03-02T09:00:00Z"), SizeIs(2)) << "inclusive";
  EXPECT_EQ(send("GET", "/api/v0/audit-events?happened_from=yesterday").status, 400);
  const auto page = get("/api/v0/audit-events?limit=2&with_total=true");
  EXPECT_EQ(page.at("total"), 3);
  EXPECT_EQ(text(page.at("items").at(1).as_object(), "object"), two);
  const auto rest = get("/api/v0/audit-events?limit=2&next_token=" + text(page, "next_token"));
  ASSERT_THAT(rest.at("items").as_array(), SizeIs(1));
  EXPECT_EQ(text(rest.at("items").at(0).as_object(), "object"), one);
}

TEST_F(AuditEventsTest, TheCsvHasTheDocumentedColumnsAndName) {
  created("/api/v0/streams", R"({"name":"A \"quoted\", name"})");
  const auto csv = send("GET", "/api/v0/audit-events.csv");
  EXPECT_EQ(csv.status, 200);
  EXPECT_EQ(header(csv, "Content-Disposition"),
            "attachment; filename=\"events-2027-03-02-1803974400.csv\"");
  EXPECT_THAT(csv.body,
              testing::StartsWith(R"("event-id","event-type","external-id","happened-at","object",)"
                                  R"("object-name","origin-ip","principal-email","principal-id",)"
                                  R"("principal-name","recorded-at","source")"
                                  "\r\n"));
  EXPECT_THAT(csv.body, AllOf(HasSubstr("\"A \"\"quoted\"\", name\""), HasSubstr("\"NULL\"")));
  EXPECT_EQ(first("event_type"), "audit.user-activity/download");
}

TEST_F(AuditEventsTest, NoNameInTheCsvIsAFormula) {
  for (const char* name : {"=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "-12.5", "A=1"})
    created("/api/v0/streams", std::string(R"({"name":")") + name + "\"}");
  const std::string csv = send("GET", "/api/v0/audit-events.csv").body;
  for (const char* value : {"\"'=cmd|' /C calc'!A0\"", "\"'+1+1\"", "\"'-1+1\"", "\"'@SUM(A1)\"",
                            "\"-12.5\"", "\"A=1\""})
    EXPECT_THAT(csv, HasSubstr(value));
}

TEST_F(AuditEventsTest, OldEventsAreForgotten) {
  new_stream();
  clock_.turn(std::chrono::hours(1));
  new_stream();
  EXPECT_EQ(catalog_->audit().forget_before(clock_.now()).value(), 1u);
  EXPECT_THAT(events(), SizeIs(1));
}

TEST_F(AuditEventsTest, ARouteNobodyThoughtOfIsAudited) {
  const auto type = [](const char* method, const char* id) {
    return audit_type({method, "/api/v0/things", id, Access::operate, nullptr});
  };
  EXPECT_EQ(type("POST", "createFileCourier"), "file-courier/created");
  EXPECT_EQ(type("PUT", "updateCredential"), "credential/updated");
  EXPECT_EQ(type("DELETE", "deleteCredential"), "credential/deleted");
  EXPECT_EQ(type("POST", "retryIngestJob"), "ingest-job/retry");
  EXPECT_EQ(type("GET", "listCredentials"), "");
}

}  // namespace
}  // namespace weir::control
