#include "cli/demo/server_process.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace weir::cli::demo {
namespace {

constexpr std::chrono::milliseconds look_every{5};
constexpr std::chrono::seconds start_limit{60};

std::string system_message() {
  return std::generic_category().message(errno);
}

std::string slurp(const std::string& path, long from) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(from);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

long size_of(const std::string& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<long>(bytes);
}

/// Starts `command` with both outputs on the given descriptors. Other threads may be running, so
/// between fork and exec only what is async-signal-safe happens.
Result<pid_t> spawn(const std::vector<std::string>& command, int out, int err) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& part : command)
    arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return fail(Errc::io, "cannot start " + command.front() + ": " + system_message());
  if (pid == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);  // we were gone before the line above
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) == 127) return "could not be run (exit code 127)";
  return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

std::string last_lines(const std::string& text) {
  constexpr std::size_t bytes = 2000;
  const std::string tail = text.size() > bytes ? text.substr(text.size() - bytes) : text;
  return tail.empty() ? "" : "; it said:\n" + tail;
}

}  // namespace

Result<std::string> run_program(const std::vector<std::string>& command) {
  int out[2];
  int err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0)
    return fail(Errc::io, "cannot make a pipe: " + system_message());
  const auto pid = spawn(command, out[1], err[1]);
  ::close(out[1]);
  ::close(err[1]);
  const auto drain = [](int from) {
    std::string text;
    char chunk[4096];
    for (ssize_t got = 0; (got = ::read(from, chunk, sizeof chunk)) > 0;)
      text.append(chunk, static_cast<std::size_t>(got));
    ::close(from);
    return text;
  };
  std::string printed = drain(out[0]);
  const std::string complaints = drain(err[0]);
  if (!pid) return fail(pid.error());
  const int status = wait_for(*pid);
  if (status != 0)
    return fail(Errc::internal, "`" + command.front() + " " +
                                    (command.size() > 1 ? command[1] : "") + "` " +
                                    how_it_ended(status) + last_lines(complaints));
  return printed;
}

Result<void> ServerProcess::start() {
  WEIR_CHECK(launch());
  return await_listening();
}

Result<void> ServerProcess::launch() {
  const int log = ::open(settings_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0)
    return fail(Errc::io,
                "cannot write the server's log " + settings_.log + ": " + system_message());
  log_begin_ = size_of(settings_.log);
  std::vector<std::string> command = {settings_.program, "serve",
                                      "--data",          settings_.data,
                                      "--listen",        settings_.host + ":" + settings_.port};
  for (const std::string& setting : settings_.settings) {
    command.emplace_back("--set");
    command.push_back(setting);
  }
  const auto pid = spawn(command, log, log);
  ::close(log);
  if (!pid) return fail(pid.error());
  pid_ = *pid;
  return {};
}

Result<void> ServerProcess::await_listening() {
  constexpr std::string_view words = "listening on http://";
  for (auto waited = look_every; waited < start_limit; waited += look_every) {
    const std::string said = slurp(settings_.log, log_begin_);
    const std::size_t at = said.find(words);
    const std::size_t end = at == std::string::npos ? at : said.find('\n', at);
    if (end != std::string::npos) {
      url_ = said.substr(at + 13, end - at - 13);  // after "listening on "
      settings_.port = url_.substr(url_.rfind(':') + 1);
      return {};
    }
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return fail(Errc::unavailable, "`weir serve` " + how_it_ended(status) +
                                         last_lines(slurp(settings_.log, log_begin_)));
    }
    std::this_thread::sleep_for(look_every);
  }
  kill();
  return fail(Errc::unavailable, "`weir serve` did not say that it listens within 60 s" +
                                     last_lines(slurp(settings_.log, log_begin_)));
}

void ServerProcess::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  wait_for(pid_);
  pid_ = -1;
}

Result<void> ServerProcess::stop() {
  if (pid_ < 0) return {};
  ::kill(pid_, SIGTERM);
  const int status = wait_for(pid_);
  pid_ = -1;
  if (status != 0)
    return fail(Errc::internal, "`weir serve` " + how_it_ended(status) +
                                    " when told to stop; see " + settings_.log);
  return {};
}

}  // namespace weir::cli::demo
