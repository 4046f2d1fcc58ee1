#include "base/thread.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace weir {
namespace {

// A third of the weight of a thread at nice 0 (sched(7)): it yields to them without starving.
constexpr int background_nice = 5;

}  // namespace

void name_this_thread(const char* name) {
  ::pthread_setname_np(::pthread_self(), name);
}

void lower_this_threads_priority() {
  // On Linux the nice value is per thread. If the change is refused, nothing else changes.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_nice);
}

}  // namespace weir
