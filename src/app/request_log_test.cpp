#include "app/request_log.hpp"

#include <gmock/gmock.h>

#include "app/logging.hpp"
#include "base/internal_error.hpp"
#include "env/fake/manual_clock.hpp"

namespace weir::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(RequestLogTest, TheCauseOfAnInternalErrorIsFoundByItsRequestId) {
  set_up_logging("text", "info");
  const ManualClock clock;
  RequestLog log(clock);
  http::Request request;
  request.request_id = "r-1";
  const Error error = internal_error("The engine failed.", "INTERNAL: main.f0\nat frame 1");
  ::testing::internal::CaptureStderr();
  const auto response = log.answer(request, [&](const http::Request& asked) {
    return http::error_response(error, asked.request_id);
  });
  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(response.body, AllOf(HasSubstr("The engine failed."), Not(HasSubstr("main.f0"))));
  EXPECT_THAT(logged, HasSubstr("request_id=r-1 cause="));
  EXPECT_THAT(logged, HasSubstr("main.f0"));
}

}  // namespace
}  // namespace weir::app
