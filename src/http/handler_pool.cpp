#include "http/handler_pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/thread.hpp"
#include "http/request_copy.hpp"

namespace weir::http {
namespace {

/// Holds the responses for one worker. Calls that still run after the worker's server is destroyed
/// keep it alive; their responses are discarded.
class Outbox {
 public:
  struct Done {
    Ticket ticket;
    Response response;
  };

  explicit Outbox(Loop& loop) : loop_(&loop) {}

  void put(Ticket ticket, Response response) {
    const std::lock_guard lock(mutex_);
    if (!loop_) return;
    done_.push_back({ticket, std::move(response)});
    loop_->wake();
  }
  std::vector<Done> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(done_, {});
  }
  void abandon() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  std::mutex mutex_;
  Loop* loop_;
  std::vector<Done> done_;
};

struct Job {
  Request request;
  Ticket ticket;
  std::shared_ptr<Outbox> outbox;
  std::stop_source gone;

  bool is(const Outbox* box, Ticket other) const {
    return outbox.get() == box && ticket.value == other.value;
  }
};

/// The waiting jobs: in order for one caller, round-robin among callers. Not thread-safe.
class Line {
 public:
  std::size_t of(const std::string& caller) const {
    const auto found = waiting_.find(caller);
    return found == waiting_.end() ? 0 : found->second.size();
  }
  bool empty() const { return turns_.empty(); }

  void put(const std::string& caller, std::shared_ptr<Job> job) {
    auto& own = waiting_[caller];
    if (own.empty()) turns_.push_back(caller);
    own.push_back(std::move(job));
  }
  std::shared_ptr<Job> take() {
    const std::string caller = std::move(turns_.front());
    turns_.pop_front();
    const auto found = waiting_.find(caller);
    std::shared_ptr<Job> job = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty())
      waiting_.erase(found);
    else
      turns_.push_back(caller);
    return job;
  }

 private:
  std::map<std::string, std::deque<std::shared_ptr<Job>>> waiting_;  // none empty
  std::deque<std::string> turns_;                                    // its keys
};

std::string caller_of(const Request& request) {
  const auto token = request.headers.find("authorization");
  return token != request.headers.end() ? token->second : request.peer;
}

}  // namespace

class HandlerPool::Queue {
 public:
  Queue(Handler handler, PoolOptions options, HeadCheck check_head)
      : handler_(std::move(handler)),
        options_(std::move(options)),
        check_head_(std::move(check_head)) {
    for (unsigned i = 0; i < std::max(options_.threads, 1u); ++i)
      threads_.emplace_back([this]() noexcept { work(); });
  }

  ~Queue() { stop(); }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
      thread.join();
    threads_.clear();
  }

  const PoolOptions& options() const { return options_; }
  const HeadCheck& check_head() const { return check_head_; }

  std::uint32_t requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  /// False when there is no room, or the pool is stopping.
  bool put(Job job) {
    const std::uint64_t bytes = job.request.body.size();
    job.request.gone = job.gone.get_token();
    const std::string caller = caller_of(job.request);
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || requests_ >= options_.requests_max || bytes_ + bytes > options_.bytes_max ||
          line_.of(caller) >= options_.requests_max - options_.requests_max / 4)
        return false;
      ++requests_;
      bytes_ += bytes;
      jobs_.push_back(std::make_shared<Job>(std::move(job)));
      line_.put(caller, jobs_.back());
    }
    changed_.notify_one();
    return true;
  }

  /// The client has disconnected. A waiting job is run all the same: its request may be meant to
  /// take effect even so, which only the handler knows.
  void tell_gone(const Outbox* outbox, Ticket ticket) {
    const std::lock_guard lock(mutex_);
    for (const auto& job : jobs_)
      if (job->is(outbox, ticket)) job->gone.request_stop();
  }

 private:
  void work() {
    if (options_.can_wait) lower_this_threads_priority(Waits::queries);
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || !line_.empty(); });
      if (stopping_) return;
      const std::shared_ptr<Job> job = line_.take();
      const std::uint64_t bytes = job->request.body.size();
      lock.unlock();
      job->outbox->put(job->ticket, call(job->request));
      lock.lock();
      jobs_.remove(job);
      --requests_;
      bytes_ -= bytes;
    }
  }

  Response call(const Request& request) {
    try {
      return handler_(request);
    } catch (const std::exception& error) {
      Response response = error_response(unexpected(error), request.request_id);
      if (options_.on_internal_error)
        options_.on_internal_error(request.request_id, response.cause);
      return response;
    }
  }

  const Handler handler_;
  const PoolOptions options_;
  const HeadCheck check_head_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Line line_;
  std::list<std::shared_ptr<Job>> jobs_;  // waiting or being answered
  std::uint32_t requests_ = 0;
  std::uint64_t bytes_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

class HandlerPool::Pooled final : public Responder {
 public:
  Pooled(Loop& loop, std::shared_ptr<Queue> queue)
      : loop_(loop), queue_(std::move(queue)), outbox_(std::make_shared<Outbox>(loop)) {}
  ~Pooled() override { outbox_->abandon(); }

  std::optional<std::uint64_t> admit(const RequestView& view, Ticket ticket) override {
    const HeadCheck& check_head = queue_->check_head();
    if (!check_head) return queue_->options().body_bytes_max;
    const auto head = copy_request(view, loop_.request_id());
    if (!head) {
      loop_.reply(ticket, head.error());
      return std::nullopt;
    }
    if (const auto refusal = check_head(*head)) {
      reply(ticket, *refusal);
      return std::nullopt;
    }
    return queue_->options().body_bytes_max;
  }

  void handle(const RequestView& view, Ticket ticket) override {
    if (const auto coding = view.value(Field::content_encoding);
        !coding.empty() && coding != "identity")
      return loop_.reply(ticket, Error{Errc::unsupported_media,
                                       "Bodies are not taken compressed here. Send it as it is."});
    if (view.body().size() > queue_->options().body_bytes_max)
      return loop_.reply(ticket, too_large(queue_->options().body_bytes_max));
    auto request = copy_request(view, loop_.request_id());
    if (!request) return loop_.reply(ticket, request.error());
    if (!queue_->put({*std::move(request), ticket, outbox_, {}}))
      loop_.reply(ticket, Error{Errc::overloaded,
                                "Too many requests are being worked on. Send this one again."});
  }

  void on_gone(Ticket ticket) override { queue_->tell_gone(outbox_.get(), ticket); }

  void on_wake() override {
    for (const auto& [ticket, response] : outbox_->take())
      reply(ticket, response);
  }

 private:
  void reply(Ticket ticket, const Response& response) {
    std::string lines;
    for (const auto& [name, value] : response.headers)
      lines += name + ": " + value + "\r\n";
    loop_.reply(ticket, {response.status, response.content_type, lines, response.body});
  }

  Loop& loop_;
  std::shared_ptr<Queue> queue_;
  std::shared_ptr<Outbox> outbox_;
};

HandlerPool::HandlerPool(Handler handler, PoolOptions options, HeadCheck check_head)
    : queue_(
          std::make_shared<Queue>(std::move(handler), std::move(options), std::move(check_head))) {}

HandlerPool::~HandlerPool() {
  queue_->stop();
}

std::uint32_t HandlerPool::requests() const {
  return queue_->requests();
}

ResponderFactory HandlerPool::responder() {
  return [queue = queue_](Loop& loop) -> std::unique_ptr<Responder> {
    return std::make_unique<Pooled>(loop, queue);
  };
}

}  // namespace weir::http
