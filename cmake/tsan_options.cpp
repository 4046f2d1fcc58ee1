// DuckDB comes as a library built without the thread sanitizer, which then knows nothing of its
// atomics and would report every hand-over within it. What our own code does is still watched.
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libduckdb.so\nrace:libduckdb.so\nmutex:libduckdb.so\n";
}

extern "C" const char* __tsan_default_options() {
  // Tests of a second process fork, and their children start threads.
  return "ignore_noninstrumented_modules=1:detect_deadlocks=0:die_after_fork=0";
}
