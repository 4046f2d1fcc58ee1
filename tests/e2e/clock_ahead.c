/* Preloaded into a process: its calendar is ahead by CLOCK_AHEAD_S seconds, so that hours end in a test, and by
 * as many more as the first eight bytes of the file CLOCK_AHEAD_FILE say at the time, so that it jumps in one. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

typedef int (*clock_gettime_function)(clockid_t, struct timespec*);

static volatile long* map_jump(void) {
  static long none;
  const char* path = getenv("CLOCK_AHEAD_FILE");
  int file = path ? open(path, O_RDONLY) : -1;
  void* mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
  return mapped == MAP_FAILED ? &none : mapped;
}

int clock_gettime(clockid_t id, struct timespec* time) {
  static clock_gettime_function real;
  static long ahead;
  static volatile long* jump;
  if (!real) {
    const char* text = getenv("CLOCK_AHEAD_S");
    ahead = text ? atol(text) : 0;
    jump = map_jump();
    real = (clock_gettime_function)dlsym(RTLD_NEXT, "clock_gettime");
  }
  int result = real(id, time);
  if (id == CLOCK_REALTIME) time->tv_sec += ahead + *jump;
  return result;
}
