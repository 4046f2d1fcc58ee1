#include "pipeline/batcher/batcher_thread.hpp"

#include "base/thread.hpp"

namespace weir::batcher {

BatcherThread::BatcherThread(Batcher& batcher, Clock& clock, Settings settings)
    : batcher_(batcher),
      clock_(clock),
      settings_(std::move(settings)),
      thread_([this] { run(); }) {}

BatcherThread::~BatcherThread() {
  stop();
}

void BatcherThread::stop() {
  std::thread ending;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ending.swap(thread_);
  }
  requested_.notify_all();
  if (ending.joinable()) ending.join();
}

Result<std::vector<catalog::Batch>> BatcherThread::flush(StreamNo stream) {
  FlushRequest request{stream, std::nullopt};
  std::unique_lock lock(mutex_);
  if (stopping_)
    return fail(Errc::unavailable, "the batcher has stopped: the server is going down");
  requests_.push_back(&request);
  requested_.notify_all();
  answered_.wait(lock, [&] { return request.answer.has_value(); });
  return *std::move(request.answer);
}

BatcherGauges BatcherThread::gauges() const {
  const std::lock_guard lock(mutex_);
  return gauges_;
}

Result<void> BatcherThread::health() const {
  const std::lock_guard lock(mutex_);
  if (error_) return fail(*error_);
  return {};
}

void BatcherThread::run() noexcept {
  name_this_thread("weir-batcher");
  lower_this_threads_priority(Waits::batches);  // files may be late, answers may not
  while (true) {
    const std::chrono::milliseconds pause = step();
    std::unique_lock lock(mutex_);
    requested_.wait_for(lock, pause, [this] { return stopping_ || !requests_.empty(); });
    if (!serve(lock)) return;
  }
}

/// Returns how long to wait if no request comes.
std::chrono::milliseconds BatcherThread::step() {
  const auto progress = batcher_.step(clock_.now());
  note(progress ? std::nullopt : std::optional(progress.error()));
  if (!progress) return settings_.retry;
  if (progress->more) return std::chrono::milliseconds(0);
  return progress->records > 0 ? settings_.busy_poll : settings_.poll;
}

void BatcherThread::note(const std::optional<Error>& error) {
  const BatcherGauges gauges = batcher_.gauges(clock_.now());
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    is_news = error && (!error_ || error_->code != error->code);
    error_ = error;
    gauges_ = gauges;
  }
  if (is_news && settings_.on_error) settings_.on_error(*error);
}

bool BatcherThread::serve(std::unique_lock<std::mutex>& lock) {
  while (!requests_.empty()) {
    FlushRequest* request = requests_.front();
    requests_.pop_front();
    if (stopping_) {
      request->answer.emplace(fail(Errc::unavailable, "the server is going down"));
    } else {
      lock.unlock();
      auto answer = batcher_.flush(request->stream, clock_.now());
      note(answer ? std::nullopt : std::optional(answer.error()));
      lock.lock();
      request->answer.emplace(std::move(answer));
    }
    answered_.notify_all();
  }
  return !stopping_;
}

}  // namespace weir::batcher
