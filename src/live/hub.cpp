#include "live/hub.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "control/live_limits.hpp"
#include "http/request_copy.hpp"

// Each worker keeps its own followers and touches them on its own thread only; what others want
// sent waits in an inbox of the worker. One queue for each follower would be a lock for each, and
// memory for each that reads slowly: what waits for a client is in its connection alone, where it
// can be seen how much that is.
namespace weir::live {
namespace {

constexpr std::size_t inbox_max = 65'536;

/// What is needed to ask again whether the caller may follow.
http::Request credentials_of(const http::Request& request) {
  http::Request kept;
  kept.method = request.method;
  kept.path = request.path;
  kept.query = request.query;
  for (const auto& [name, value] : request.headers)
    if (name == "authorization" || name == "cookie" || name.ends_with("tenant"))
      kept.headers.emplace(name, value);
  return kept;
}

std::string lines_of(const http::Response& response) {
  std::string lines = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  for (const auto& [name, value] : response.headers)
    if (name != "Cache-Control") lines += name + ": " + value + "\r\n";
  return lines;
}

std::string last_event_id_of(const http::Request& request) {
  const auto header = request.headers.find("last-event-id");
  if (header != request.headers.end()) return header->second;
  const auto query = request.query.find("last_event_id");
  return query == request.query.end() ? std::string() : query->second;
}

}  // namespace

/// The followers of one worker; all but post() on its thread.
class Hub::OfWorker final : public http::Responder {
 public:
  OfWorker(http::Loop& loop, Hub& hub) : loop_(loop), hub_(hub) {
    const std::lock_guard lock(hub_.mutex_);
    hub_.workers_[loop.number()] = this;
  }
  ~OfWorker() override {
    for (const auto& [ticket, own] : own_)
      hub_.remove(own.follower->id);
    const std::lock_guard lock(hub_.mutex_);
    hub_.workers_.erase(loop_.number());
  }

  std::optional<std::uint64_t> admit(const http::RequestView&, http::Ticket) override { return 0; }

  void handle(const http::RequestView& view, http::Ticket ticket) override {
    auto request = http::copy_request(view, loop_.request_id());
    if (!request) return loop_.reply(ticket, request.error());
    if (!view.body().empty()) return loop_.reply(ticket, http::too_large(0));
    auto admitted = hub_.options_.admit(*request);
    if (const auto* refusal = std::get_if<http::Response>(&admitted))
      return refuse(*request, ticket, *refusal);
    if (hub_.counts().open >= hub_.options_.connections_max) {
      ++hub_.refused_;
      const Error full{Errc::overloaded, "Too many live connections are open. Try again later."};
      return refuse(*request, ticket, http::error_response(full, request->request_id));
    }
    begin(*request, ticket, std::get<control::LiveGrant>(std::move(admitted)));
  }

  void on_gone(http::Ticket ticket) override {
    if (forget(ticket)) loop_.end(ticket);
  }

  void on_wake() override {
    std::deque<Message> messages;
    {
      const std::lock_guard lock(mutex_);
      messages.swap(inbox_);
    }
    for (const Message& message : messages)
      deliver(message);
  }

  void on_tick(std::chrono::milliseconds elapsed) override {
    now_ += elapsed;
    if (own_.empty()) return;
    std::string beat;
    std::vector<std::pair<http::Ticket, std::string>> over;
    for (auto& [value, own] : own_) {
      const http::Ticket ticket{value};
      if (now_ >= own.check_at) {
        own.check_at = now_ + hub_.options_.check;
        const auto admitted = hub_.options_.admit(own.request);
        if (const auto* refusal = std::get_if<http::Response>(&admitted)) {
          over.emplace_back(ticket, "event: end\ndata: " + refusal->body + "\n\n");
          continue;
        }
      }
      if (now_ < own.beat_at) continue;
      own.beat_at = now_ + hub_.options_.heartbeat;
      if (beat.empty())
        beat = "event: heartbeat\ndata: {\"at\":\"" + hub_.options_.now() + "\"}\n\n";
      if (!loop_.add(ticket, beat)) over.emplace_back(ticket, "");
    }
    for (const auto& [ticket, farewell] : over)
      end(ticket, farewell);
  }

  /// Any thread.
  void post(Message message) {
    const std::lock_guard lock(mutex_);
    if (inbox_.size() >= inbox_max) {
      hub_.payloads_lost_ += message.payloads;
      return;
    }
    inbox_.push_back(std::move(message));
  }
  void wake() { loop_.wake(); }

 private:
  struct Own {
    std::shared_ptr<const Follower> follower;
    http::Request request;  // its credentials
    std::chrono::milliseconds beat_at{0};
    std::chrono::milliseconds check_at{0};
    std::uint64_t lost = 0;  // payloads left out since it was told so
  };

  void refuse(const http::Request& request, http::Ticket ticket, const http::Response& refusal) {
    loop_.reply(ticket, {refusal.status, refusal.content_type, lines_of(refusal), refusal.body});
    hub_.options_.on_answer(request, refusal);
  }

  void begin(const http::Request& request, http::Ticket ticket, control::LiveGrant grant) {
    const http::Response opening = control::live_opening();
    loop_.begin(ticket, {200, opening.content_type, lines_of(opening), opening.body});
    hub_.options_.on_answer(request, opening);
    if (request.method == "HEAD") return;
    auto follower = std::make_shared<Follower>();
    follower->worker = loop_.number();
    follower->ticket = ticket;
    follower->grant = std::move(grant);
    follower->last_event_id = last_event_id_of(request);
    hub_.add(follower);
    // The checks of many that came at once are spread.
    const auto spread = std::chrono::milliseconds(follower->id * 97 % 1000);
    own_[ticket.value] = {std::move(follower), credentials_of(request),
                          now_ + hub_.options_.heartbeat, now_ + hub_.options_.check + spread};
  }

  void deliver(const Message& message) {
    const http::Ticket ticket = message.to->ticket;
    const auto found = own_.find(ticket.value);
    if (found == own_.end() || found->second.follower->id != message.to->id) return;
    Own& own = found->second;
    const auto unsent = loop_.add(ticket, {});
    if (!unsent) return end(ticket, {});
    if (message.payloads > 0 && *unsent > limits::live_tail_unsent_bytes_max) {
      own.lost += message.payloads;
      hub_.payloads_lost_ += message.payloads;
      return;
    }
    if (*unsent > limits::live_unsent_bytes_max) {
      ++hub_.dropped_;
      return end(ticket, {});
    }
    std::string text;
    if (own.lost > 0)
      text = "event: lost\ndata: {\"payloads\":" + std::to_string(std::exchange(own.lost, 0)) +
             "}\n\n";
    if (!message.id.empty()) text += "id: " + message.id + '\n';
    text += *message.event;
    loop_.add(ticket, text);
    ++hub_.events_;
  }

  bool forget(http::Ticket ticket) {
    const auto found = own_.find(ticket.value);
    if (found == own_.end()) return false;
    hub_.remove(found->second.follower->id);
    own_.erase(found);
    return true;
  }

  void end(http::Ticket ticket, const std::string& farewell) {
    if (!forget(ticket)) return;
    if (!farewell.empty()) loop_.add(ticket, farewell);
    loop_.end(ticket);
  }

  http::Loop& loop_;
  Hub& hub_;
  std::unordered_map<std::uint64_t, Own> own_;  // by ticket
  std::chrono::milliseconds now_{0};
  std::mutex mutex_;
  std::deque<Message> inbox_;  // guarded by mutex_
};

Hub::Hub(Options options) : options_(std::move(options)) {}
Hub::~Hub() = default;

http::ResponderFactory Hub::responder() {
  return [this](http::Loop& loop) -> std::unique_ptr<http::Responder> {
    return std::make_unique<OfWorker>(loop, *this);
  };
}

/// Numbers them in the order in which they are seen.
void Hub::add(const std::shared_ptr<Follower>& follower) {
  {
    const std::lock_guard lock(mutex_);
    follower->id = next_id_++;
    open_.emplace(follower->id, follower);
    listed_.reset();
  }
  if (on_change_) on_change_();
}

void Hub::remove(std::uint64_t id) {
  {
    const std::lock_guard lock(mutex_);
    open_.erase(id);
    listed_.reset();
  }
  if (on_change_) on_change_();
}

std::shared_ptr<const Followers> Hub::followers() const {
  const std::lock_guard lock(mutex_);
  if (listed_) return listed_;
  auto all = std::make_shared<Followers>();
  for (const auto& [id, follower] : open_)
    all->push_back(follower);
  std::sort(all->begin(), all->end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  listed_ = std::move(all);
  return listed_;
}

void Hub::send(std::vector<Message> messages) {
  const std::lock_guard lock(mutex_);
  std::vector<OfWorker*> to_wake;
  for (Message& message : messages) {
    const auto worker = workers_.find(message.to->worker);
    if (worker == workers_.end()) continue;
    worker->second->post(std::move(message));
    if (std::find(to_wake.begin(), to_wake.end(), worker->second) == to_wake.end())
      to_wake.push_back(worker->second);
  }
  for (OfWorker* worker : to_wake)
    worker->wake();
}

Hub::Counts Hub::counts() const {
  const std::lock_guard lock(mutex_);
  return {open_.size(), events_, payloads_lost_, dropped_, refused_};
}

}  // namespace weir::live
