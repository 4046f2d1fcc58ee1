// A path is walked part by part, each opened below the descriptor of the one before and never
// through a symbolic link, so that whoever may write into the folder cannot lead a courier to other
// files of the server's user, not even by putting a link there in the middle. openat2 with
// RESOLVE_BENEATH would do it in one call, but some container runtimes refuse that call.
//
// Files are opened without blocking, after a look at what they are: a pipe without a writer would
// otherwise hold the run for ever.
#include "env/real/local_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weir {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = other.release();
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  void close() {
    if (fd_ >= 0) ::close(fd_);
  }

  int fd_;
};

Failure refused(const std::string& doing, const std::string& path, int error) {
  Errc code = Errc::io;
  // ELOOP: a symbolic link where none is followed. ENOTDIR: a file, or a link, on the way.
  if (error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENXIO)
    return fail(Errc::not_found, "There is no " + doing + " '" + path +
                                     "' in the folder; symbolic links are not followed.");
  if (error == EMFILE || error == ENFILE || error == ENOMEM) code = Errc::unavailable;
  std::string message =
      "cannot read the " + doing + " '" + path + "': " + std::generic_category().message(error);
  if (error == EACCES || error == EPERM) message += "; the server's user needs access to it";
  return fail(code, std::move(message));
}

/// Whether `name` is a part of a path that leads down.
bool leads_down(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('\0') == std::string_view::npos;
}

Failure leads_out(const std::string& path) {
  return fail(Errc::bad_request, "The path '" + path +
                                     "' is not one below the folder: it holds an empty part, "
                                     "\".\", \"..\" or a NUL.");
}

/// A descriptor of the folder at `path`, that can be listed.
Result<Descriptor> open_folder(int root, const std::string& path) {
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  Descriptor folder(::openat(root, ".", flags));
  if (folder.get() < 0) return refused("folder", path, errno);
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    if (!leads_down(name) || end + 1 == path.size()) return leads_out(path);
    Descriptor next(::openat(folder.get(), name.c_str(), flags));
    if (next.get() < 0) return refused("folder", path, errno);
    folder = std::move(next);
    begin = end + 1;
  }
  return folder;
}

FileStatus status_of(const struct stat& found) {
  const auto modified =
      std::chrono::seconds(found.st_mtim.tv_sec) + std::chrono::nanoseconds(found.st_mtim.tv_nsec);
  return {static_cast<std::uint64_t>(found.st_size),
          Time(std::chrono::floor<std::chrono::microseconds>(modified))};
}

class LocalFile final : public ForeignFile {
 public:
  LocalFile(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, char* out, std::size_t size) override {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got =
          ::pread(file_.get(), out + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return refused("file", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<FileStatus> status() override {
    struct stat found = {};
    if (::fstat(file_.get(), &found) != 0) return refused("file", path_, errno);
    return status_of(found);
  }

 private:
  Descriptor file_;
  std::string path_;
};

}  // namespace

Result<LocalFolder> LocalFolder::open_root(const std::string& path) {
  const int root = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return refused("folder", path, errno);
  return LocalFolder(root);
}

LocalFolder::LocalFolder(LocalFolder&& other) noexcept : root_(std::exchange(other.root_, -1)) {}

LocalFolder::~LocalFolder() {
  if (root_ >= 0) ::close(root_);
}

Result<std::vector<Folder::Entry>> LocalFolder::list(const std::string& path,
                                                     std::size_t entries_max) const {
  WEIR_TRY(Descriptor folder, open_folder(root_, path));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(folder.get()), ::closedir);
  if (!stream) return refused("folder", path, errno);
  const int fd = folder.release();  // the stream closes it
  std::vector<Entry> entries;
  std::size_t names = 0;
  while (true) {
    errno = 0;
    const dirent* next = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe): own stream
    if (!next) {
      if (errno != 0) return refused("folder", path, errno);
      break;
    }
    const std::string name = next->d_name;
    if (!leads_down(name)) continue;
    if (++names > entries_max)
      return fail(Errc::too_large, "The folder '" + path + "' holds more than " +
                                       std::to_string(entries_max) +
                                       " names; put files into a folder for each day or month.");
    struct stat found = {};
    if (::fstatat(fd, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;  // removed since it was read
      return refused("file", path + "/" + name, errno);
    }
    if (S_ISDIR(found.st_mode))
      entries.push_back({name, true, {}});
    else if (S_ISREG(found.st_mode))
      entries.push_back({name, false, status_of(found)});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

Result<std::unique_ptr<ForeignFile>> LocalFolder::open(const std::string& path) const {
  const std::size_t slash = path.rfind('/');
  const std::string above = slash == std::string::npos ? "" : path.substr(0, slash);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (!leads_down(name) || slash == 0) return leads_out(path);
  WEIR_TRY(const Descriptor folder, open_folder(root_, above));
  struct stat found = {};
  if (::fstatat(folder.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0)
    return refused("file", path, errno);
  if (!S_ISREG(found.st_mode)) return refused("file", path, ENOENT);
  Descriptor file(
      ::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return refused("file", path, errno);
  // Again, of what was opened: the name may be another file's by now.
  if (::fstat(file.get(), &found) != 0) return refused("file", path, errno);
  if (!S_ISREG(found.st_mode)) return refused("file", path, ENOENT);
  return std::make_unique<LocalFile>(std::move(file), path);
}

}  // namespace weir
