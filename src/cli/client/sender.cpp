#include "cli/client/sender.hpp"

#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <boost/json.hpp>

namespace weir::cli {
namespace {

namespace json = boost::json;

std::string member(const std::string& body, json::string_view name) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error || !value.is_object()) return {};
  const json::value* found = value.as_object().if_contains(name);
  return found != nullptr && found->is_string() ? json::value_to<std::string>(*found) : "";
}

/// One connection's work: its payloads one after the other.
class Lane {
 public:
  Lane(const SendSettings& settings, std::uint64_t seed)
      : settings_(settings), client_(settings.access.url, settings.timeout), random_(seed) {}

  SendResult send(const Outgoing& payload) {
    const HttpRequest request = request_of(payload);
    SendResult result;
    for (std::uint32_t attempt = 1;; ++attempt) {
      std::optional<std::chrono::seconds> retry_after;
      if (!try_once(request, result, retry_after) || attempt >= settings_.attempts_max)
        return result;
      settings_.sleep(backoff(settings_.backoff, attempt, retry_after, random_()));
    }
  }

 private:
  HttpRequest request_of(const Outgoing& payload) const {
    HttpRequest request;
    request.method = "POST";
    request.target = "/stream/v0/data/" + percent_encode(payload.stream_id);
    request.headers["Content-Type"] = payload.content_type;
    if (!settings_.access.token.empty())
      request.headers["Authorization"] = "Bearer " + settings_.access.token;
    if (!settings_.access.tenant.empty())
      request.headers["X-Amperity-Tenant"] = settings_.access.tenant;
    if (!payload.idempotency_key.empty())
      request.headers["Idempotency-Key"] = payload.idempotency_key;
    request.body = payload.body;
    return request;
  }

  /// Returns whether it is worth another try.
  bool try_once(const HttpRequest& request, SendResult& result,
                std::optional<std::chrono::seconds>& retry_after) {
    auto reply = client_.exchange(request);
    if (!reply) {
      result.status = 0;
      result.message = reply.error().message;
      if (reply.error().code == Errc::unavailable) return true;  // nothing was sent
      ++result.tries;
      ++result.unanswered;
      return true;
    }
    ++result.tries;
    result.status = reply->status;
    if (reply->status == 202) {
      result.accepted = true;
      result.receipt = member(reply->body, "request_id");
      result.message.clear();
      return false;
    }
    result.message = member(reply->body, "message");
    if (result.message.empty()) result.message = "answered without an explanation";
    if (const auto header = reply->headers.find("retry-after"); header != reply->headers.end())
      retry_after = parse_retry_after(header->second);
    return is_retryable(reply->status);
  }

  const SendSettings& settings_;
  HttpClient client_;
  std::mt19937_64 random_;
};

}  // namespace

void send_all(const SendSettings& settings, const std::function<std::optional<Outgoing>()>& next,
              const std::function<void(const Outgoing&, const SendResult&)>& done) {
  std::mutex turn;
  const auto work = [&](std::uint64_t seed) noexcept {
    Lane lane(settings, seed);
    while (true) {
      std::optional<Outgoing> payload;
      {
        const std::lock_guard lock(turn);
        payload = next();
      }
      if (!payload) return;
      const SendResult result = lane.send(*payload);
      const std::lock_guard lock(turn);
      done(*payload, result);
    }
  };
  std::vector<std::thread> lanes;
  for (std::uint32_t i = 0; i < settings.connections; ++i)
    lanes.emplace_back(work, settings.seed + i);
  for (std::thread& lane : lanes)
    lane.join();
}

}  // namespace weir::cli
