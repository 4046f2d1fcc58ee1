#include "cli/send/payload_source.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* blank = " \t\r\n";

std::string extension_of(const std::string& path) {
  return fs::path(path).extension().string();
}

}  // namespace

Result<PayloadSource> PayloadSource::open(SourceOptions options, std::istream& standard_input) {
  PayloadSource source(std::move(options), standard_input);
  for (const std::string& path : source.options_.paths)
    WEIR_CHECK(source.list(path));
  return source;
}

/// Directories in the order of their files' names.
Result<void> PayloadSource::list(const std::string& path) {
  std::error_code error;
  const std::size_t first = files_.size();
  if (path == "-" || !fs::is_directory(path, error)) {
    if (path != "-" && !fs::exists(path, error))
      return fail(Errc::bad_request, "there is no file \"" + path + "\"");
    files_.push_back(path);
  } else {
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
         it.increment(error))
      if (it->is_regular_file(error)) files_.push_back(it->path().string());
    if (error)
      return fail(Errc::bad_request,
                  "cannot read the directory \"" + path + "\": " + error.message());
    std::sort(files_.begin() + static_cast<std::ptrdiff_t>(first), files_.end());
  }
  for (std::size_t i = first; i < files_.size(); ++i) {
    const auto bytes = files_[i] == "-" ? 0 : fs::file_size(files_[i], error);
    if (!error) bytes_total_ += bytes;
    error.clear();
  }
  return {};
}

bool PayloadSource::in_lines(const std::string& path) const {
  const std::string extension = extension_of(path);
  return options_.lines || extension == ".ndjson" || extension == ".jsonl";
}

/// By the option, by the file's name, by its first character; in that order.
std::string PayloadSource::content_type_of(const std::string& path, const std::string& body) const {
  const std::string extension = extension_of(path);
  const std::size_t begin = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  bool xml = begin != std::string::npos && body[begin] == '<';
  if (extension == ".json" || extension == ".xml") xml = extension == ".xml";
  if (!options_.type.empty()) xml = options_.type == "xml";
  return xml ? "application/xml" : "application/json";
}

/// Whether it is read by lines.
Result<bool> PayloadSource::begin(const std::string& path) {
  file_.reset();
  lines_ = &standard_input_;
  line_number_ = 0;
  if (path != "-") {
    file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (!file_->is_open()) {
      lines_ = nullptr;
      return fail(Errc::bad_request, "cannot read the file \"" + path + "\"");
    }
    lines_ = file_.get();
  }
  return in_lines(path);
}

std::optional<Found> PayloadSource::next_line() {
  std::string line;
  while (std::getline(*lines_, line)) {
    ++line_number_;
    bytes_read_ += line.size() + 1;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.find_first_not_of(blank) == std::string::npos) continue;
    const std::string& path = files_[at_ - 1];
    std::string type = content_type_of(path, line);
    return Found{path + ":" + std::to_string(line_number_), std::move(type), std::move(line),
                 bytes_read_};
  }
  lines_ = nullptr;
  return std::nullopt;
}

Result<std::optional<Found>> PayloadSource::next() {
  for (;;) {
    if (lines_)
      if (auto found = next_line()) return found;
    if (at_ == files_.size()) return std::optional<Found>();
    const std::string& path = files_[at_++];
    WEIR_TRY(const bool by_lines, begin(path));
    if (by_lines) continue;
    std::string body((std::istreambuf_iterator<char>(*lines_)), std::istreambuf_iterator<char>());
    const bool bad = lines_->bad();
    lines_ = nullptr;
    if (bad) return fail(Errc::bad_request, "cannot read the file \"" + path + "\"");
    bytes_read_ += body.size();
    std::string type = content_type_of(path, body);
    return std::optional(Found{path, std::move(type), std::move(body), bytes_read_});
  }
}

}  // namespace weir::cli
