#include <gmock/gmock.h>

#include "catalog/users.hpp"
#include "control/control_fixture.hpp"
#include "control/document_fixture.hpp"

/// Links of invitations and resets, where the server sends mail.
namespace weir::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class UserMailTest : public ControlTest {
 protected:
  struct Mailed {
    std::string to;
    std::string subject;
    std::string text;
  };
  UserMailTest() {
    Services with = services();
    with.send_mail = [this](const std::string& to, const std::string& subject,
                            const std::string& text) -> Result<void> {
      if (!refusal_.empty()) return fail(Errc::unavailable, refusal_);
      mailed_.push_back({to, subject, text});
      return {};
    };
    server_ = std::make_unique<ControlApi>(with);
  }
  json::object post(const std::string& path, const std::string& body) {
    const auto response = server_->handle(request("POST", path, body, acme_admin_));
    document().check(path == "/api/v0/users" ? "createUser" : "resetUser", response);
    return expect(201, response);
  }

  std::string refusal_;
  std::vector<Mailed> mailed_;
  std::unique_ptr<ControlApi> server_;
};

TEST_F(UserMailTest, ALinkGoesToTheUsersOwnAddressAndIsShownToNobody) {
  const auto link =
      post("/api/v0/users", R"({"name":"Ada","email":"ada@example.org","policies":[]})");
  EXPECT_EQ(text(link, "mailed_to"), "ada@example.org");
  EXPECT_TRUE(link.at("code").is_null());
  EXPECT_TRUE(link.at("link").is_null());
  ASSERT_EQ(mailed_.size(), 1U);
  EXPECT_EQ(mailed_[0].to, "ada@example.org");
  EXPECT_EQ(mailed_[0].subject, "Your invitation to Weir");
  const std::size_t at = mailed_[0].text.find(base_url_ + "/ui/password#");
  ASSERT_NE(at, std::string::npos);
  const std::string code = mailed_[0].text.substr(at + base_url_.size() + 13, 32);
  EXPECT_THAT(json::serialize(link), Not(HasSubstr(code)));
  const auto body = json::serialize(json::object{{"code", code}, {"password", "correct horse"}});
  expect(201, send(request("POST", "/api/v0/passwords", body, "")));
  const std::string id = text(link.at("user").as_object(), "id");
  EXPECT_EQ(text(post("/api/v0/users/" + id + "/reset", ""), "mailed_to"), "ada@example.org");
  EXPECT_EQ(mailed_[1].subject, "Your password for Weir");
}

TEST_F(UserMailTest, AUserWithoutAnAddressGetsTheLinkAsBefore) {
  const auto link = post("/api/v0/users", R"({"name":"Ada","policies":[]})");
  EXPECT_THAT(text(link, "link"), HasSubstr("/ui/password#" + text(link, "code")));
  EXPECT_TRUE(link.at("mailed_to").is_null());
  EXPECT_TRUE(mailed_.empty());
}

TEST_F(UserMailTest, AMailThatIsNotTakenLeavesTheLinkAndSaysWhy) {
  refusal_ = "The mail server did not take it: no answer in time.";
  const auto link =
      post("/api/v0/users", R"({"name":"Ada","email":"ada@example.org","policies":[]})");
  EXPECT_THAT(text(link, "link"), HasSubstr("/ui/password#"));
  EXPECT_EQ(text(link, "mail_error"), refusal_);
  EXPECT_TRUE(link.at("mailed_to").is_null());
}

}  // namespace
}  // namespace weir::control
