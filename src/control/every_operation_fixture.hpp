#pragma once

#include <map>
#include <string>

#include "control/control_fixture.hpp"
#include "control/password.hpp"

namespace weir::control {

/// A tenant acme that has one of everything, and for each operation a call that succeeds there.
/// Tests go through the route table with it, so that a new operation is held to their promises:
/// where it names a thing or may change something, its call is added here.
class EveryOperationWorld : public ControlTest {
 protected:
  struct SampleCall {
    std::string id{};  // what stands in the path
    std::string body{};
    std::string query{};
  };

  EveryOperationWorld() {
    make_feeds();
    make_couriers();
    make_records();
    make_people();
    const std::string courier_body = R"({"name":"C","stream_id":")" + stream_ +
                                     R"(","file_format":"NDJSON","file_tag":"s",)"
                                     R"("load_operations":{}})";
    calls_ = {
        {"getApiKey", {key_}},
        {"createApiKey", {"", R"({"name":"K","policies":["datagrid:operate"]})"}},
        {"updateApiKey", {key_, R"({"name":"Mine"})"}},
        {"deleteApiKey", {key_}},
        {"createToken", {key_, "{}"}},
        {"rotateApiKey", {key_}},
        {"revokeTokens", {key_, R"({"all":true})"}},
        {"createOauthCredentials", {key_}},
        {"deleteOauthCredentials", {key_}},
        {"createOauthToken",
         {"", "grant_type=client_credentials&client_id=" + key_ + "&client_secret=s%2B1"}},
        {"createSession", {"", R"({"name":"Ada","password":"correct horse"})"}},
        {"deleteSession", {}},
        {"deleteSessions", {}},
        {"setUp",
         {"", R"({"code":"first-code","name":"First","password":"correct horse",)"
              R"("tenant":"acme"})"}},
        {"usePasswordCode", {"", R"({"code":"their-code","password":"correct horse"})"}},
        {"changePassword",
         {"", R"({"current_password":"correct horse","password":"battery staple"})"}},
        {"createUser", {"", R"({"name":"Grace","policies":["datagrid-operator"]})"}},
        {"followLive", {"", "", "?topics=rates"}},
        {"getUser", {user_}},
        {"inviteUser", {invited_}},
        {"resetUser", {user_}},
        {"disableUser", {user_}},
        {"enableUser", {user_}},
        {"signOutUser", {user_}},
        {"attachPolicies", {user_, R"({"policies":["datagrid-administrator"]})"}},
        {"detachPolicies", {user_, R"({"policies":["datagrid-operator"]})"}},
        {"exportAuditEvents", {}},
        {"addMember", {"", R"({"name":"Of elsewhere","policies":["datagrid-operator"]})"}},
        {"removeMember", {member_}},
        {"createTenant", {"", R"({"name":"third"})"}},
        {"getServerTenant", {"acme"}},
        {"updateTenant", {"acme", R"({"payload_bytes_max":1000})"}},
        {"disableTenant", {"acme"}},
        {"enableTenant", {"acme"}},
        {"allowOrigins", {"", R"({"allowed_origins":["https://shop.example"]})"}},
        {"createStream", {"", R"({"name":"New"})"}},
        {"getStream", {stream_}},
        {"getStreamVolume", {stream_}},
        {"listWaitingPayloads", {stream_}},
        {"listStreamFields", {stream_}},
        {"getPostmanSample", {stream_}},
        {"getCurlSample", {stream_}},
        {"getHttpSample", {stream_}},
        {"getPythonSample", {stream_}},
        {"flushStream", {stream_}},
        {"updateStream", {stream_, R"({"name":"S","description":"D"})"}},
        {"deleteStream", {spare_stream_}},
        {"limitStream", {stream_, R"({"rate_limit":5})"}},
        {"limitBatchAge", {stream_, R"({"batch_age_s":1})"}},
        {"listHours", {"", "", "?stream_id=" + filled_}},
        {"listSampleFiles", {"", "", "?stream_id=" + filled_}},
        {"listIngestJobs",
         {"", "", "?created_from=2027-03-01T00:00:00Z&created_to=2027-03-03T00:00:00Z"}},
        {"draftFeed", {"", R"({"sample":"{\"order_id\":\"A-1\",\"total\":18.5}"})"}},
        {"previewSql",
         {"", R"({"sql":"SELECT id FROM streaming","stream_id":")" + filled_ + R"("})"}},
        {"queryTables", {"", R"({"sql":"SELECT * FROM \"S:F\"","limit":10})"}},
        {"getNextOfSchedule", {"", R"({"schedule":"30 2 * * *"})"}},
        {"getReceipt", {receipt_}},
        {"listBatchRecords", {"", "", "?path=" + filled_path_}},
        {"getReceiptPayload", {receipt_}},
        {"getQuarantined", {receipt_}},
        {"replayQuarantined", {receipt_}},
        {"dropQuarantined", {other_receipt_}},
        {"createIngestQuery", {"", R"({"name":"New","sql":"SELECT 1"})"}},
        {"getIngestQuery", {query_}},
        {"updateIngestQuery", {query_, R"({"sql":"SELECT 2"})"}},
        {"deleteIngestQuery", {query_}},
        {"listIngestQueryVersions", {query_}},
        {"diffIngestQueryVersions", {query_}},
        {"compareIngestQueryVersions", {query_, R"({"payload":"{\"id\":1}"})"}},
        {"validatePayload", {stream_, R"({"payload":"{\"id\":1}"})"}},
        {"restoreIngestQuery", {query_, R"({"version":1})"}},
        {"previewIngestQuery", {query_, R"({"stream_id":")" + filled_ + R"("})"}},
        {"createFeed", {"", R"({"source":"S","name":"New","fields":[],"primary_key":["id"]})"}},
        {"getFeed", {feed_}},
        {"activateFeed", {draft_}},
        {"updateFeed", {feed_, R"({"error_threshold":3})"}},
        {"deleteFeed", {draft_}},
        {"copyFeed", {feed_, R"({"name":"Copy"})"}},
        {"truncateFeed", {feed_}},
        {"loadFeed", {feed_, R"({"all":true})"}},
        {"purgeFeed", {feed_}},
        {"createCourier", {"", courier_body}},
        {"getCourier", {courier_}},
        {"updateCourier", {courier_, courier_body}},
        {"deleteCourier", {spare_courier_}},
        {"copyCourier", {courier_, "{}"}},
        {"createCredential", {"", R"({"name":"SFTP"})"}},
        {"getCredential", {credential_}},
        {"updateCredential", {credential_, R"({"name":"SFTP"})"}},
        {"deleteCredential", {credential_}},
        {"validateCourier", {courier_}},
        {"runCourier", {courier_, R"({"all":true})"}},
        {"startRun", {"", R"({"config_id":")" + group_ + R"(","range_from":"2027-03-02"})"}},
        {"getRun", {run_}},
        {"stopRun", {run_}},
        {"resolveRun", {failed_, R"({"resolution":"retry_task"})"}},
        {"listRunBatches", {run_}},
        {"getIngestJob", {"isj-" + run_.substr(3)}},
        {"restartIngestJob", {"isj-" + over_.substr(3)}},
        {"createAlert", {"", R"({"name":"N","channel":"webhook","target":"http://h"})"}},
        {"getAlert", {alert_}},
        {"updateAlert", {alert_, R"({"name":"B","target":"http://h"})"}},
        {"deleteAlert", {alert_}},
        {"testAlert", {alert_}},
        {"listAlertDeliveries", {alert_}},
        {"getAlertDelivery", {delivery_}},
        {"redeliverAlert", {delivery_}},
        {"createCourierGroup",
         {"", R"({"name":"New","couriers":[{"courier_id":")" + courier_ + R"("}]})"}},
        {"getCourierGroup", {group_}},
        {"updateCourierGroup",
         {group_, R"({"name":"Nightly","couriers":[{"courier_id":")" + courier_ + R"("}]})"}},
        {"deleteCourierGroup", {group_}},
        {"activateCourierGroup", {group_}},
        {"deactivateCourierGroup", {group_}},
        {"copyCourierGroup", {group_, R"({"name":"Copy"})"}},
        {"runCourierGroup", {group_, R"({"all":true})"}},
        {"getNextOfCourierGroup", {group_}},
        {"listRowErrors", {ended_run_}},
        {"listErrorKinds", {ended_run_}},
        {"downloadRowErrors", {ended_run_}},
        {"loadRowErrors", {ended_run_}},
        {"getRowError", {"7.1"}},
        {"mendRowError", {"7.1", R"({"record":"{}"})"}},
        {"dismissRowError", {"7.1"}},
        {"undoLoad", {"7"}},
        {"getRowLineage", {"S:F", "", "?row=1"}},
        {"listTableChanges", {"S:F", "", "?since=1"}},
        {"listShadowChanges", {"S:F"}},
        {"copyTableToShadow", {"S:F"}},
        {"dropShadow", {"S:F"}},
        {"swapWithShadow", {"S:F"}},
        {"exportTable", {"S:F", R"({"format":"csv"})"}},
        {"readExport", {"ex-1"}},
        {"dropExport", {"ex-1"}},
        {"getTable", {"S:F"}},
        {"purgeTable", {"S:Old"}},
        {"deleteRows", {"S:Old", R"({"column":"id","value":"1"})"}},
        {"renameTable", {"S:Old", R"({"name":"S:G"})"}},
    };
  }

  /// The call as acme's administrator sends it: its user where only a user can, else its key.
  http::Request call_of(const Route& route) {
    const SampleCall& call = calls_[std::string(route.operation_id)];
    std::string path(route.path);
    if (const auto open = path.find('{'); open != std::string::npos)
      path.replace(open, path.find('}') - open + 1, call.id);
    auto sent = request(std::string(route.method), path + call.query, call.body, acme_admin_);
    if (route.access == Access::operate_server)
      sent.headers["authorization"] = "Bearer " + operator_token_;
    if (route.access == Access::sign_in) sent.headers.erase("authorization");
    const bool of_users =
        route.operation_id.starts_with("deleteSession") || route.operation_id == "changePassword";
    return of_users ? by_session(sent, session_) : sent;
  }

  std::map<std::string, SampleCall> calls_;  // by operation id

 private:
  std::string id_of(const std::string& path, const std::string& body) {
    return text(created(path, body), "id");
  }

  void make_feeds() {
    const auto add = [&](const std::string& name) {
      return id_of("/api/v0/feeds", R"({"source":"S","name":")" + name +
                                        R"(","fields":[{"name":"id","type":"string"}],)"
                                        R"("primary_key":["id"]})");
    };
    feed_ = add("F");
    draft_ = add("Draft");
    expect(200, send("POST", "/api/v0/feeds/" + feed_ + "/activate", ""));
    engine_.domain_tables["acme"] = {{"S:F", 0, {}}, {"S:Old", 1, {}}};
    query_ = id_of("/api/v0/ingest-queries", R"({"name":"Q","sql":"SELECT 1"})");
    expect(200, send("PUT", "/api/v0/ingest-queries/" + query_, R"({"sql":"SELECT 1.5"})"));
  }

  void make_couriers() {
    stream_ = new_stream();
    spare_stream_ = add_stream(acme_).id;
    spare_courier_ = new_courier();
    credential_ = id_of("/api/v0/credentials", R"({"name":"Shop"})");
    courier_ = id_of("/api/v0/couriers",
                     R"({"name":"Loads F","stream_id":")" + stream_ +
                         R"(","file_format":"NDJSON","file_tag":"s","load_operations":{")" + feed_ +
                         R"(":[{"type":"load","file":"s"}]}})");
    failed_ = failed_run();
    over_ = failed_run();
    run_ = id_of("/api/v0/couriers/" + courier_ + "/runs", R"({"all":true})");
    ended_run_ = id_of("/api/v0/couriers/" + courier_ + "/runs", R"({"all":true})");
    expect(200, send("POST", "/api/v0/workflow/runs/" + ended_run_ + "/stop"));
    engine::LoggedError bad;
    bad.load = 7;
    bad.number = 1;
    bad.run = ended_run_;
    bad.record = 1;
    bad.error.file = "ingest/f.ndjson";
    engine_.logged.push_back(bad);
    group_ = id_of("/api/v0/courier-groups",
                   R"({"name":"Nightly","couriers":[{"courier_id":")" + courier_ + R"("}]})");
    alert_ = id_of("/api/v0/alerts", R"({"name":"A","channel":"webhook","target":"http://h"})");
    delivery_ = id_of("/api/v0/alerts/" + alert_ + "/test", "");
  }

  /// Of that courier: it found its files and could not load them.
  std::string failed_run() {
    const std::string run = id_of("/api/v0/couriers/" + courier_ + "/runs", R"({"all":true})");
    const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
    EXPECT_EQ(claimed->run.id, run);
    catalog::RunTask find{.id = run + "-1", .run_id = run, .position = 1, .kind = "find-batches"};
    find.state = catalog::RunState::succeeded;
    catalog::RunTask load{.id = run + "-2", .run_id = run, .position = 2, .kind = "load"};
    load.state = catalog::RunState::failed;
    EXPECT_TRUE(catalog_->runs().finish(claimed->lease, catalog::RunState::failed, "Bad.",
                                        {.tasks = {find, load}}));
    return run;
  }

  void make_records() {
    const catalog::Stream aside = add_stream(acme_);
    waiting_ = {1, {{{aside.no, {}, Sequence{3}}, clock_.now(), PayloadType::xml, "<id>3</id>"}}};
    catalog::BatchCommit quarantine;
    quarantine.checkpoint = Lsn{4096};
    quarantine.positions = {{aside.no, Sequence{1}, Sequence{3}, PayloadType::xml}};
    quarantine.quarantined = {quarantined(aside, 1), quarantined(aside, 2)};
    EXPECT_TRUE(commit(quarantine));
    receipt_ = view(encode_receipt({aside.no, PartitionNo{0}, Sequence{1}}));
    other_receipt_ = view(encode_receipt({aside.no, PartitionNo{0}, Sequence{2}}));
    const catalog::Stream filled = add_stream(acme_);
    filled_ = filled.id;
    const catalog::BatchCommit file = one_file(filled, 1, 2, Lsn{8192});
    filled_path_ = file.batches[0].path;
    EXPECT_TRUE(commit(file));
  }

  void make_people() {
    key_ = add_key("acme", {"datagrid:operate"});
    EXPECT_TRUE(catalog_->keys().set_client_secret(acme_, key_, stored_form("s+1")));
    user_ = user_with({"datagrid-operator"}).id;
    auto& users = catalog_->users();
    const auto elsewhere = catalog_->tenants().add("elsewhere").value().no;
    EXPECT_TRUE(users.add(elsewhere, {"Of elsewhere", "", {}}));
    EXPECT_TRUE(users.add(elsewhere, {"Of both", "", {}}));
    member_ = users.add_member(acme_, "Of both", {"datagrid-operator"}).value().id;
    invited_ = users.add(acme_, {"Invited", "", {}}).value().id;
    EXPECT_TRUE(users.set_code(acme_, invited_, catalog::CodeUse::invitation,
                               stored_form("their-code"), clock_.now() + std::chrono::hours(1)));
    const auto ada = users.add(acme_, {"Ada", "ada@example.org", {"user-administration"}}).value();
    EXPECT_TRUE(users.set_code(acme_, ada.id, catalog::CodeUse::invitation, "ada",
                               clock_.now() + std::chrono::hours(1)));
    static const std::string hash = hash_password("correct horse", random_).value();
    EXPECT_TRUE(users.use_code("ada", hash));
    session_ = "the session of Ada";
    EXPECT_TRUE(users.start_session(ada, stored_form(session_), "", sign_ins_.life()));
  }

 protected:
  std::string feed_, draft_, query_, stream_, spare_stream_, filled_, filled_path_, courier_,
      spare_courier_, credential_, run_, ended_run_, failed_, over_, group_, alert_, delivery_,
      receipt_, other_receipt_, key_, user_, invited_, session_, member_;
};

}  // namespace weir::control
