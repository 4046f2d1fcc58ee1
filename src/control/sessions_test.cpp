#include <argon2.h>
#include <gmock/gmock.h>

#include "catalog/audit.hpp"
#include "control/control_fixture.hpp"
#include "control/password.hpp"
#include "control/sign_ins.hpp"

/// Signing in, and what must not get anybody in.
namespace weir::control {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SessionsTest : public ControlTest {
 protected:
  http::Response post(const std::string& path, const std::string& body) {
    return send(request("POST", path, body, ""));
  }
  http::Response sign_in(const std::string& name, const std::string& password,
                         const std::string& peer = "192.0.2.7") {
    auto sent = request("POST", "/api/v0/session", "", "");
    sent.body = json::serialize(json::object{{"name", name}, {"password", password}});
    sent.peer = peer;
    return send(sent);
  }
  http::Response set_up(const std::string& code = "first-code") {
    return post("/api/v0/setup", json::serialize(json::object{{"code", code},
                                                              {"name", "Ada"},
                                                              {"email", "ada@example.org"},
                                                              {"password", "correct horse"},
                                                              {"tenant", "acme"}}));
  }
  static std::string session_in(const http::Response& response) {
    const std::string line = header(response, "Set-Cookie");
    const auto begin = line.find('=') + 1;
    return line.substr(begin, line.find(';') - begin);
  }
  json::object get_as_nobody() {
    return expect(200, send(request("GET", "/api/v0/session", "", "")));
  }
  int status_with(const std::string& session, const std::string& path = "/api/v0/streams") {
    return send(by_session(request("GET", path, "", ""), session)).status;
  }
  http::Response change_with(const std::string& session, const std::string& method,
                             const std::string& path, const std::string& body = "") {
    return send(by_session(request(method, path, body, ""), session));
  }
};

TEST_F(SessionsTest, TheFirstUserIsMadeOnceWithTheCode) {
  EXPECT_EQ(get_as_nobody().at("setup_needed"), true);
  EXPECT_THAT(refusal(403, set_up("guessed")), HasSubstr("weir serve"));
  const auto made = set_up();
  expect(201, made);
  EXPECT_EQ(status_with(session_in(made)), 200);
  EXPECT_EQ(get_as_nobody().at("setup_needed"), false);
  refusal(409, set_up());
  const auto events = catalog_->audit().list(acme_, {.type = "user/"}, {}).value().items;
  ASSERT_EQ(events.size(), 1u) << "neither the refusals nor the session leave one";
  EXPECT_EQ(events[0].type, "user/set-up");
  EXPECT_EQ(events[0].object_name, "Ada");
  EXPECT_EQ(events[0].principal_name, "Ada");
  EXPECT_EQ(events[0].principal_email, "ada@example.org");
}

TEST_F(SessionsTest, TheCookieIsForThisServersPagesOnly) {
  const auto plain = header(set_up(), "Set-Cookie");
  EXPECT_THAT(plain, AllOf(HasSubstr("weir_session="), HasSubstr("; HttpOnly"),
                           HasSubstr("; SameSite=Strict"), HasSubstr("; Path=/"),
                           Not(HasSubstr("Secure")), Not(HasSubstr("Domain"))));
  base_url_ = "https://weir.example.org";
  const auto secure = header(sign_in("Ada", "correct horse"), "Set-Cookie");
  EXPECT_THAT(secure, AllOf(testing::StartsWith("__Host-weir_session="), HasSubstr("; HttpOnly"),
                            HasSubstr("; SameSite=Strict"), HasSubstr("; Secure")));
}

TEST_F(SessionsTest, NoTokenIsStoredReadable) {
  const auto made = set_up();
  const auto people = catalog_->users().people();
  ASSERT_EQ(people->sessions.size(), 1u);
  EXPECT_THAT(people->sessions.begin()->first, Not(HasSubstr(session_in(made))));
  EXPECT_EQ(header(made, "Cache-Control"), "no-store");
}

TEST_F(SessionsTest, ASessionThatWasPlantedOpensNothing) {
  set_up();
  auto sent =
      request("POST", "/api/v0/session", R"({"name":"Ada","password":"correct horse"})", "");
  sent.headers["cookie"] = "weir_session=planted";
  const auto answer = send(sent);
  EXPECT_NE(session_in(answer), "planted");
  EXPECT_EQ(status_with("planted"), 401);
  // Signing in again, with the session before: it ends.
  sent.headers["cookie"] = "weir_session=" + session_in(answer);
  const auto again = send(sent);
  EXPECT_EQ(status_with(session_in(answer)), 401);
  EXPECT_EQ(status_with(session_in(again)), 200);
}

TEST_F(SessionsTest, AChangeNeedsTheTokenThatOnlyOwnPagesKnow) {
  const auto session = session_in(set_up());
  const auto body = R"({"name":"S"})";
  expect(201, change_with(session, "POST", "/api/v0/streams", body));
  auto forged = by_session(request("POST", "/api/v0/streams", body, ""), session);
  for (const std::string token : {"", "x"}) {
    forged.headers["x-csrf-token"] = token;
    EXPECT_THAT(refusal(403, send(forged)), HasSubstr("X-CSRF-Token"));
  }
  forged.headers.erase("x-csrf-token");
  EXPECT_EQ(send(forged).status, 403);
  EXPECT_EQ(api_.refuse_by_head(forged)->status, 403) << "before its body is read";
  EXPECT_EQ(catalog_->streams().list(acme_, {}).value().items.size(), 1u);
  const auto state =
      expect(200, send(by_session(request("GET", "/api/v0/session", "", ""), session)));
  EXPECT_EQ(text(state, "csrf_token"), csrf_token(session));
}

TEST_F(SessionsTest, NoPageOfOthersSignsAnyoneIn) {
  set_up();
  const auto status = [&](const std::map<std::string, std::string>& headers) {
    auto sent =
        request("POST", "/api/v0/session", R"({"name":"nobody","password":"correct horse"})", "");
    sent.headers = headers;
    return send(sent).status;
  };
  EXPECT_EQ(status({}), 401);
  EXPECT_EQ(status({{"sec-fetch-site", "same-origin"}, {"origin", "http://dev:1"}, {"host", "h"}}),
            401);
  EXPECT_EQ(status({{"origin", "http://weir:8080"}, {"host", "weir:8080"}}), 401);
  EXPECT_EQ(status({{"sec-fetch-site", "cross-site"}}), 403);
  EXPECT_EQ(status({{"sec-fetch-site", "same-site"}}), 403);
  EXPECT_EQ(status({{"origin", "http://evil.example"}, {"host", "weir:8080"}}), 403);
  EXPECT_EQ(status({{"origin", "http://weir:80"}, {"host", "weir:8080"}}), 403);
  EXPECT_EQ(status({{"origin", "null"}, {"host", "weir:8080"}}), 403);
}

TEST_F(SessionsTest, ASessionEndsWhenIdleAndAtTheLatestAfterItsLife) {
  const auto session = session_in(set_up());
  for (int i = 0; i < 11; ++i) {
    clock_.turn(hours(1) - seconds(1));
    EXPECT_EQ(status_with(session), 200) << i;
  }
  clock_.turn(hours(1) - seconds(1));
  EXPECT_EQ(status_with(session), 200);
  clock_.turn(seconds(12));
  EXPECT_EQ(status_with(session), 401) << "after twelve hours, used or not";
  const auto other = session_in(sign_in("Ada", "correct horse"));
  clock_.turn(hours(1));
  EXPECT_EQ(status_with(other), 401) << "idle";
  ASSERT_TRUE(catalog_->users().forget_expired(sign_ins_.life().idle));
  EXPECT_TRUE(catalog_->users().people()->sessions.empty());
}

TEST_F(SessionsTest, AnAnswerTellsNobodyWhichNamesThereAre) {
  set_up();
  const auto wrong = refusal(401, sign_in("Ada", "incorrect horse"));
  EXPECT_EQ(refusal(401, sign_in("Nobody", "incorrect horse")), wrong);
  ASSERT_TRUE(catalog_->users().add(acme_, {"Invited", "", {}}));
  EXPECT_EQ(refusal(401, sign_in("Invited", "incorrect horse")), wrong);
  EXPECT_EQ(sign_in("aDA", "correct horse").status, 201) << "whatever the case";
}

TEST_F(SessionsTest, ANameThatNobodyHasTakesAsLongToRefuse) {
  // Wrong, and not unreadable: the work was done.
  EXPECT_EQ(argon2id_verify(nobodys_password().c_str(), "x", 1), ARGON2_VERIFY_MISMATCH);
  const auto stored = hash_password("x", random_).value();
  // Both have the same parameters, so the same work is done.
  const auto parameters = [](const std::string& hash) { return hash.substr(0, 31); };
  EXPECT_EQ(parameters(nobodys_password()), parameters(stored));
  EXPECT_EQ(nobodys_password().size(), stored.size());
  EXPECT_THAT(stored, HasSubstr("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_NE(hash_password("x", random_).value(), stored) << "each has its salt";
  EXPECT_TRUE(is_password("x", stored));
}

TEST_F(SessionsTest, GuessingIsThrottledAndTellsUntilWhen) {
  set_up();
  for (const std::string name : {"Ada", "Nobody"}) {
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(sign_in(name, "guess").status, 401) << i;
    const auto refused = sign_in(name, "correct horse");
    EXPECT_THAT(refusal(429, refused), HasSubstr("2027-03-02T08:00:15"));
    EXPECT_EQ(header(refused, "Retry-After"), "15");
  }
  EXPECT_EQ(sign_in("Ada", "correct horse", "198.51.100.9").status, 201)
      << "who guesses locks nobody else out";
  clock_.turn(seconds(15));
  EXPECT_EQ(sign_in("Ada", "guess").status, 401);
  EXPECT_EQ(header(sign_in("Ada", "guess"), "Retry-After"), "30") << "twice as long";
  clock_.turn(seconds(30));
  EXPECT_EQ(sign_in("Ada", "correct horse").status, 201);
  EXPECT_EQ(sign_in("Ada", "guess").status, 401) << "forgiven";
}

TEST_F(SessionsTest, GuessingFromManyAddressesIsThrottledToo) {
  set_up();
  unsigned looked_at = 0;
  for (int i = 0; i < 300; ++i)
    if (!sign_ins_.refused_until("Ada", "198.51.100." + std::to_string(i))) ++looked_at;
  EXPECT_EQ(looked_at, 100u);
  EXPECT_EQ(sign_in("Ada", "correct horse", "203.0.113.1").status, 429);
}

TEST_F(SessionsTest, TheMemoryOfTriesIsBounded) {
  for (int i = 0; i < 12'000; ++i)
    sign_ins_.refused_until("name " + std::to_string(i), "peer " + std::to_string(i % 400));
  EXPECT_FALSE(sign_ins_.refused_until("Ada", "192.0.2.7"));
}

TEST_F(SessionsTest, FewPasswordsAreLookedAtAtATime) {
  set_up();
  auto first = sign_ins_.take_turn();
  {
    const auto second = sign_ins_.take_turn();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(sign_in("Ada", "correct horse").status, 503);
  }
  EXPECT_EQ(sign_in("Ada", "correct horse").status, 201);
}

TEST_F(SessionsTest, SigningOutEndsThisSessionOrAll) {
  const auto first = session_in(set_up());
  const auto second = session_in(sign_in("Ada", "correct horse"));
  const auto third = session_in(sign_in("Ada", "correct horse"));
  const auto out = change_with(first, "DELETE", "/api/v0/session");
  EXPECT_EQ(out.status, 204);
  EXPECT_THAT(header(out, "Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(status_with(first), 401);
  EXPECT_EQ(status_with(second), 200);
  EXPECT_EQ(change_with(second, "DELETE", "/api/v0/sessions").status, 204);
  EXPECT_EQ(status_with(second), 401);
  EXPECT_EQ(status_with(third), 401);
}

TEST_F(SessionsTest, ADisabledUserIsOutAtOnce) {
  const auto session = session_of({"datagrid-operator"});
  const auto id = catalog_->users().people()->sessions.begin()->second.user_id;
  EXPECT_EQ(status_with(session), 200);
  expect(200, send("POST", "/api/v0/users/" + id + "/disable"));
  EXPECT_EQ(status_with(session), 401);
  expect(200, send("POST", "/api/v0/users/" + id + "/enable"));
  EXPECT_EQ(status_with(session), 401) << "it is over";
}

TEST_F(SessionsTest, PoliciesOfAUserBiteAtOnce) {
  const auto session = session_of({"datagrid-operator"});
  const auto id = catalog_->users().people()->sessions.begin()->second.user_id;
  const auto body = R"({"name":"S"})";
  EXPECT_EQ(change_with(session, "POST", "/api/v0/streams", body).status, 403);
  expect(200, send("POST", "/api/v0/users/" + id + "/attach-policies",
                   R"({"policies":["datagrid-administrator"]})"));
  EXPECT_EQ(change_with(session, "POST", "/api/v0/streams", body).status, 201);
  expect(200, send("POST", "/api/v0/users/" + id + "/detach-policies",
                   R"({"policies":["datagrid-administrator","datagrid-operator"]})"));
  EXPECT_EQ(status_with(session), 403);
  EXPECT_THAT(refusal(403, send(by_session(request("GET", "/api/v0/streams", "", ""), session))),
              HasSubstr("\"datagrid-operator\""));
}

TEST_F(SessionsTest, ALinkIsGoodOnceAndReplacesTheOneBefore) {
  const auto invited =
      created("/api/v0/users", R"({"name":"Grace","policies":["datagrid-operator"]})");
  const auto id = text(invited.at("user").as_object(), "id");
  EXPECT_EQ(text(invited, "link"), "http://127.0.0.1:8080/ui/password#" + text(invited, "code"));
  const auto again = created("/api/v0/users/" + id + "/invite", "");
  const auto use = [&](const std::string& code, const std::string& password) {
    return post("/api/v0/passwords",
                json::serialize(json::object{{"code", code}, {"password", password}}));
  };
  refusal(404, use(text(invited, "code"), "battery staple"));
  EXPECT_THAT(refusal(400, use(text(again, "code"), "short")), HasSubstr("12"));
  expect(201, use(text(again, "code"), "battery staple"));
  refusal(404, use(text(again, "code"), "battery staple"));
  refusal(409, send("POST", "/api/v0/users/" + id + "/invite"));

  const auto session = session_in(sign_in("grace", "battery staple"));
  const auto reset = created("/api/v0/users/" + id + "/reset", "");
  EXPECT_EQ(status_with(session), 200) << "until the link is used";
  clock_.turn(hours(24));
  refusal(404, use(text(reset, "code"), "another staple"));
  const auto second = created("/api/v0/users/" + id + "/reset", "");
  expect(201, use(text(second, "code"), "another staple"));
  EXPECT_EQ(status_with(session), 401);
  EXPECT_EQ(sign_in("Grace", "battery staple").status, 401);
  EXPECT_EQ(sign_in("Grace", "another staple").status, 201);
}

TEST_F(SessionsTest, ANewPasswordEndsTheOtherSessions) {
  const auto mine = session_in(set_up());
  const auto other = session_in(sign_in("Ada", "correct horse"));
  const auto change = [&](const std::string& body) {
    return change_with(mine, "PUT", "/api/v0/me/password", body);
  };
  EXPECT_THAT(refusal(400, change(R"({"current_password":"guess","password":"battery staple"})")),
              HasSubstr("current_password"));
  EXPECT_EQ(change(R"({"current_password":"correct horse","password":"battery staple"})").status,
            204);
  EXPECT_EQ(status_with(mine), 200);
  EXPECT_EQ(status_with(other), 401);
  EXPECT_EQ(sign_in("Ada", "battery staple").status, 201);
}

TEST_F(SessionsTest, SomebodyCanAlwaysAdministerUsers) {
  set_up();
  const auto id = catalog_->users().people()->sessions.begin()->second.user_id;
  const std::string path = "/api/v0/users/" + id;
  refusal(409, send("POST", path + "/disable"));
  refusal(409, send("POST", path + "/detach-policies", R"({"policies":["user-administration"]})"));
  session_of({"user-administration"});
  expect(200, send("POST", path + "/disable"));
}

TEST_F(SessionsTest, AnAdministratorOfKeysMakesNobodyAnAdministrator) {
  const auto session = session_of({"api-key-administration"});
  const auto make = [&](const std::string& policy) {
    return change_with(session, "POST", "/api/v0/admin/api-keys",
                       R"({"name":"K","policies":[")" + policy + "\"]}");
  };
  EXPECT_EQ(make("datagrid:operate").status, 201);
  EXPECT_THAT(refusal(403, make("api-keys:administer")), HasSubstr("user-administration"));
  const auto admin = add_key("acme", {"api-keys:administer"});
  const std::string of_admin = "/api/v0/admin/api-keys/" + admin;
  EXPECT_EQ(change_with(session, "POST", of_admin + "/tokens", "{}").status, 403);
  EXPECT_EQ(change_with(session, "POST", of_admin + "/oauth-credentials", "{}").status, 403);
}

TEST_F(SessionsTest, MeSaysWhatOneMayCall) {
  const auto session = session_of({"datagrid-operator-read-only"});
  const auto me = expect(200, send(by_session(request("GET", "/api/v0/me", "", ""), session)));
  EXPECT_EQ(text(me, "kind"), "user");
  EXPECT_EQ(text(me, "tenant"), "acme");
  const auto operations = json::serialize(me.at("operations"));
  EXPECT_THAT(operations, AllOf(HasSubstr("\"listStreams\""), Not(HasSubstr("createStream"))));
  EXPECT_EQ(text(get("/api/v0/me"), "kind"), "api_key");
}

TEST_F(SessionsTest, NamesAndAddressesOfUsersAreChecked) {
  const auto status = [&](const std::string& body) {
    return send("POST", "/api/v0/users", body).status;
  };
  EXPECT_EQ(status(R"({"name":"Grace","policies":["datagrid-operator"]})"), 201);
  EXPECT_EQ(status(R"({"name":"gRACE","policies":[]})"), 409);
  EXPECT_EQ(status(R"({"name":" ","policies":[]})"), 400);
  EXPECT_EQ(status(R"({"name":"A","policies":["api-keys:administer"]})"), 400);
  for (const char* email : {"x", "@x", "x@", "a b@c", "a@b\\r\\nBcc: c@d"})
    EXPECT_EQ(status(R"({"name":"A","email":")" + std::string(email) + R"(","policies":[]})"), 400)
        << email;
}

TEST_F(SessionsTest, NothingThatIsSentGetsIntoAHeader) {
  set_up();
  const auto session = session_of({"datagrid-administrator"});
  for (const std::string value : {"x\r\nSet-Cookie: a=b", "x; Path=/evil", "\"", "=", ";;;=;"}) {
    auto sent = by_session(request("DELETE", "/api/v0/session", "", ""), session);
    sent.headers["cookie"] = "weir_session=" + value;
    const auto response = send(sent);
    EXPECT_EQ(response.status, 401);
    for (const auto& [name, text] : response.headers)
      EXPECT_THAT(text, Not(HasSubstr("\n"))) << name;
  }
}

class OauthTest : public ControlTest {
 protected:
  http::Response ask(const std::string& form) {
    return send(request("POST", "/api/v0/oauth2/token", form, ""));
  }
};

TEST_F(OauthTest, ClientCredentialsAreAWayToATokenOfTheKey) {
  const auto key = add_key("acme", {"datagrid:operate"});
  const std::string path = "/api/v0/admin/api-keys/" + key + "/oauth-credentials";
  const auto made = created(path, "");
  EXPECT_EQ(text(made, "client_id"), key);
  EXPECT_EQ(text(made, "token_endpoint"), "http://127.0.0.1:8080/api/v0/oauth2/token");
  const auto form = "grant_type=client_credentials&client_id=" + key + "&client_secret=";
  const auto token = expect(200, ask(form + text(made, "client_secret")));
  EXPECT_EQ(token.at("expires_in"), 3600);
  const auto use = [&] {
    return send(request("GET", "/api/v0/streams", "", text(token, "access_token"))).status;
  };
  EXPECT_EQ(use(), 200);
  clock_.turn(std::chrono::hours(1));
  EXPECT_EQ(use(), 401);

  EXPECT_EQ(text(expect(401, ask(form + "guess")), "error"), "invalid_client");
  EXPECT_EQ(text(expect(400, ask("grant_type=password")), "error"), "unsupported_grant_type");
  EXPECT_EQ(ask("").status, 400);
  auto elsewhere = request("POST", "/api/v0/oauth2/token", form + text(made, "client_secret"), "");
  elsewhere.headers["x-amperity-tenant"] = "rival";
  EXPECT_EQ(send(elsewhere).status, 401);

  const auto second = created(path, "");
  EXPECT_EQ(ask(form + text(made, "client_secret")).status, 401) << "replaced";
  EXPECT_EQ(send("DELETE", path).status, 204);
  EXPECT_EQ(ask(form + text(second, "client_secret")).status, 401);
  const auto leaked = created(path, "");
  expect(200, send("POST", "/api/v0/admin/api-keys/" + key + "/revoke", "{}"));
  EXPECT_EQ(ask(form + text(leaked, "client_secret")).status, 200) << "only old tokens ended";
  expect(200, send("POST", "/api/v0/admin/api-keys/" + key + "/revoke", R"({"all":true})"));
  EXPECT_EQ(ask(form + text(leaked, "client_secret")).status, 401) << "all means the client too";
  const auto third = created(path, "");
  ASSERT_TRUE(catalog_->keys().remove(acme_, key));
  EXPECT_EQ(ask(form + text(third, "client_secret")).status, 401);
}

}  // namespace
}  // namespace weir::control
