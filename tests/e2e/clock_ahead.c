/* Preloaded into a process: its calendar is CLOCK_AHEAD_S seconds ahead, so that hours end in a
 * test. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

typedef int (*clock_gettime_function)(clockid_t, struct timespec*);

int clock_gettime(clockid_t id, struct timespec* time) {
  static clock_gettime_function real;
  static long ahead;
  if (!real) {
    const char* text = getenv("CLOCK_AHEAD_S");
    ahead = text ? atol(text) : 0;
    real = (clock_gettime_function)dlsym(RTLD_NEXT, "clock_gettime");
  }
  int result = real(id, time);
  if (id == CLOCK_REALTIME) time->tv_sec += ahead;
  return result;
}
