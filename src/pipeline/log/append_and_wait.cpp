#include "pipeline/log/append_and_wait.hpp"

#include <condition_variable>
#include <mutex>

namespace weir::log {
namespace {

class OneResult final : public AppendSink {
 public:
  void on_appended(std::span<const AppendResult> results) noexcept override {
    // Notify under the lock: the waiting thread destroys this object once it has the result.
    const std::lock_guard lock(mutex_);
    result_ = results.front();
    appended_.notify_one();
  }
  AppendResult wait() {
    std::unique_lock lock(mutex_);
    appended_.wait(lock, [this] { return result_.has_value(); });
    return *result_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable appended_;
  std::optional<AppendResult> result_;
};

}  // namespace

Result<Address> append_and_wait(Log& log, const Entry& entry) {
  OneResult sink;
  WEIR_CHECK(log.append(entry, sink, 0));
  log.commit_soon();
  const AppendResult result = sink.wait();
  if (result.error)
    return fail(*result.error,
                "the disk failed while the record was written; whether it is there shows after a "
                "restart");
  return result.address;
}

}  // namespace weir::log
