#include "app/operator_file.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

// Made with its mode and put in place by a rename, so that at no moment others can read it, and
// nobody reads half of it. A socket of the file system would do the same with a second listener and
// a second kind of client.
namespace weir::app {
namespace {

Failure failed(const std::string& path) {
  return fail(Errc::io, fmt::format("{}: {}.", path, std::generic_category().message(errno)));
}

Result<void> write_private(const std::string& path, const std::string& text) {
  ::unlink(path.c_str());
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return failed(path);
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  auto done = written ? Result<void>() : Result<void>(failed(path));
  ::close(fd);
  return done;
}

}  // namespace

Result<OperatorFile> OperatorFile::write(const std::string& directory, const std::string& url,
                                         const std::string& token) {
  const std::string path = directory + "/operator.json";
  const std::string text =
      boost::json::serialize(boost::json::object{{"url", url}, {"token", token}}) + "\n";
  WEIR_CHECK(write_private(path + ".new", text));
  if (std::rename((path + ".new").c_str(), path.c_str()) != 0) return failed(path);
  return OperatorFile(path);
}

OperatorFile::OperatorFile(OperatorFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

OperatorFile::~OperatorFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace weir::app
