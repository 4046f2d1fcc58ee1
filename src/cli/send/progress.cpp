#include "cli/send/progress.hpp"

#include <algorithm>
#include <chrono>
#include <ostream>

#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

constexpr std::size_t bar_width = 30;
constexpr std::chrono::milliseconds show_every{200};
constexpr const char* erase_line = "\r\x1b[K";

}  // namespace

std::string progress_line(const SendState& state, double seconds) {
  std::string line;
  if (state.bytes_total > 0) {
    const double part =
        std::min(1.0, static_cast<double>(state.bytes) / static_cast<double>(state.bytes_total));
    const auto full = static_cast<std::size_t>(part * bar_width);
    std::string bar(full, '=');
    if (full < bar_width) bar += '>';
    bar.resize(bar_width, ' ');
    std::string percent = std::to_string(static_cast<int>(part * 100)) + "%";
    percent.insert(0, 4 - percent.size(), ' ');
    line = "[" + bar + "] " + percent + "  ";
  }
  line += grouped(state.accepted) + " sent";
  if (seconds >= 0.5)
    line += "  " +
            grouped(static_cast<std::uint64_t>(static_cast<double>(state.accepted) / seconds)) +
            "/s";
  if (state.failed > 0) line += "  " + grouped(state.failed) + " failed";
  return line;
}

Progress::Progress(Terminal& terminal, bool is_wanted)
    : terminal_(terminal),
      is_wanted_(is_wanted && terminal.is_interactive),
      begun_(terminal.now()),
      shown_at_(begun_) {}

void Progress::show(const SendState& state) {
  if (!is_wanted_) return;
  const Time now = terminal_.now();
  if (is_shown_ && now - shown_at_ < show_every) return;
  is_shown_ = true;
  shown_at_ = now;
  terminal_.err << erase_line
                << progress_line(state, std::chrono::duration<double>(now - begun_).count())
                << std::flush;
}

void Progress::end() {
  if (is_shown_) terminal_.err << erase_line << std::flush;
}

}  // namespace weir::cli
