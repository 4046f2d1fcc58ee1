#include "base/thread.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace weir {
namespace {

// A third of the weight of a thread at nice 0 (sched(7)): behind them, but not starved by them.
constexpr int background_nice = 5;

}  // namespace

void name_this_thread(const char* name) {
  ::pthread_setname_np(::pthread_self(), name);
}

void lower_this_threads_priority() {
  // On Linux a thread has a nice value of its own. Where it is refused, all goes on as before.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_nice);
}

}  // namespace weir
