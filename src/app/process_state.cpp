// Read from /proc when asked, which costs some 50 us: a scrape each 15 s does not notice it. The
// memory is what is resident, as the kernel's OOM killer counts it; of an allocator's own counts
// the engine's would be missing.
#include "app/process_state.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

namespace weir::app {
namespace {

namespace fs = std::filesystem;

std::string read_whole(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

/// The word at `index` of words separated by white space, as a number; 0 where there is none.
std::uint64_t number_at(const std::string& text, std::size_t index) {
  std::istringstream words(text);
  std::string word;
  for (std::size_t i = 0; i <= index; ++i)
    if (!(words >> word)) return 0;
  std::uint64_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t open_files() {
  std::error_code error;
  std::uint64_t count = 0;
  for (fs::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++count;
  return count > 0 ? count - 1 : 0;  // one is the directory itself
}

}  // namespace

double started_at(const std::string& process, const std::string& machine, long ticks_a_second) {
  // The program's name, in parentheses, may have any character; behind it, 20th, are the ticks.
  const std::size_t name_end = process.rfind(')');
  constexpr std::string_view boot_key = "\nbtime ";
  const std::size_t boot = machine.find(boot_key);
  if (name_end == std::string::npos || boot == std::string::npos || ticks_a_second <= 0) return 0;
  const std::uint64_t ticks = number_at(process.substr(name_end + 1), 19);
  const std::uint64_t boot_s = number_at(machine.substr(boot + boot_key.size()), 0);
  if (ticks == 0 || boot_s == 0) return 0;
  return static_cast<double>(boot_s) +
         static_cast<double>(ticks) / static_cast<double>(ticks_a_second);
}

ProcessState process_state() {
  ProcessState state;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    state.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) state.open_files_max = limit.rlim_cur;
  state.open_files = open_files();
  const long page = ::sysconf(_SC_PAGESIZE);
  if (page > 0)
    state.resident_bytes =
        number_at(read_whole("/proc/self/statm"), 1) * static_cast<std::uint64_t>(page);
  state.started_at =
      started_at(read_whole("/proc/self/stat"), read_whole("/proc/stat"), ::sysconf(_SC_CLK_TCK));
  return state;
}

}  // namespace weir::app
