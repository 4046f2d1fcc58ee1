#include "pipeline/log/append_and_wait.hpp"

#include <condition_variable>
#include <mutex>

namespace weir::log {
namespace {

class OneFate final : public AppendSink {
 public:
  void on_appended(std::span<const Appended> fates) noexcept override {
    // Told under the lock: whoever waits takes this away as soon as it has it.
    const std::lock_guard lock(mutex_);
    fate_ = fates.front();
    told_.notify_one();
  }
  Appended wait() {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [this] { return fate_.has_value(); });
    return *fate_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  std::optional<Appended> fate_;
};

}  // namespace

Result<Address> append_and_wait(Log& log, const Entry& entry) {
  OneFate sink;
  WEIR_CHECK(log.append(entry, sink, 0));
  log.commit_soon();
  const Appended fate = sink.wait();
  if (fate.error)
    return fail(*fate.error,
                "the disk failed while the record was written; whether it is there shows after a "
                "restart");
  return fate.address;
}

}  // namespace weir::log
