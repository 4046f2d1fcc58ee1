#include "base/thread.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace weir {
namespace {

// A third and a tenth of the weight of a thread at nice 0 (sched(7)): they yield without starving.
constexpr int batches_nice = 5;
constexpr int queries_nice = 10;

}  // namespace

void name_this_thread(const char* name) {
  ::pthread_setname_np(::pthread_self(), name);
}

void lower_this_threads_priority(Waits work) {
  // On Linux the nice value is per thread. If the change is refused, nothing else changes.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()),
                work == Waits::batches ? batches_nice : queries_nice);
}

}  // namespace weir
