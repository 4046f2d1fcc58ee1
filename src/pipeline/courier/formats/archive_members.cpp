// libarchive reads members one after the other and writes no file, so no path of a member can lead
// anywhere; the odd ones are refused all the same, because what made them did not mean well. Only
// tar and zip are switched on: each further format is code that an attacker's file would reach.
#include "pipeline/courier/formats/archive_members.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include <archive.h>
#include <archive_entry.h>

#include "pipeline/courier/formats/format_limits.hpp"
#include "pipeline/courier/formats/gunzip.hpp"

namespace weir::courier {
namespace {

struct Free {
  void operator()(archive* opened) const noexcept { archive_read_free(opened); }
};
using Archive = std::unique_ptr<archive, Free>;

/// What libarchive pulls from, and why it could not.
struct Input {
  ByteSource& bytes;
  std::optional<Error> error;
};

la_ssize_t read_input(archive* opened, void* context, const void** piece) {
  auto* const input = static_cast<Input*>(context);
  auto next = input->bytes.next();
  if (!next) {
    archive_set_error(opened, EIO, "the file cannot be read");
    input->error = std::move(next).error();
    return -1;
  }
  *piece = next->data();
  return static_cast<la_ssize_t>(next->size());
}

Failure broken(archive* opened, Input& input) {
  if (input.error) return fail(*std::exchange(input.error, std::nullopt));
  const char* const why = archive_error_string(opened);
  return fail(Errc::bad_request, std::string("The archive cannot be read: ") +
                                     (why != nullptr ? why : "it is damaged") +
                                     ". It has to be tar, tgz or zip, without a password.");
}

class MemberBytes final : public ByteSource {
 public:
  MemberBytes(archive* opened, Input& input, UnpackBudget& budget)
      : opened_(opened), input_(input), budget_(budget) {}

  Result<std::string_view> next() override {
    if (zeros_ > 0) return zeros();
    const void* piece = nullptr;
    std::size_t bytes = 0;
    la_int64_t offset = 0;
    while (bytes == 0) {
      const int did = archive_read_data_block(opened_, &piece, &bytes, &offset);
      if (did == ARCHIVE_EOF) return std::string_view();
      if (did != ARCHIVE_OK) return broken(opened_, input_);
    }
    WEIR_CHECK(budget_.unpacked(bytes));
    held_ = {static_cast<const char*>(piece), bytes};
    zeros_ = static_cast<std::uint64_t>(offset) - std::min(at_, static_cast<std::uint64_t>(offset));
    at_ += zeros_ + bytes;
    return zeros_ > 0 ? zeros() : std::string_view(held_);
  }

 private:
  /// A hole of a sparse file reads as zeros.
  Result<std::string_view> zeros() {
    if (hole_.empty()) hole_.assign(limits::piece_bytes, '\0');
    const std::uint64_t some = std::min<std::uint64_t>(zeros_, hole_.size());
    WEIR_CHECK(budget_.unpacked(some));
    zeros_ -= some;
    return std::string_view(hole_).substr(0, some);
  }

  archive* opened_;
  Input& input_;
  UnpackBudget& budget_;
  std::string_view held_;
  std::string hole_;
  std::uint64_t zeros_ = 0;
  std::uint64_t at_ = 0;
};

bool leads_out(std::string_view path) {
  return path.empty() || path.starts_with('/') ||
         ("/" + std::string(path) + "/").find("/../") != std::string::npos;
}

Result<std::string> path_of(archive_entry* entry) {
  const char* const name = archive_entry_pathname(entry);
  std::string path = name != nullptr ? name : "";
  if (path.size() > limits::member_name_bytes_max || leads_out(path))
    return fail(Errc::bad_request, "The archive's member '" + path.substr(0, 200) +
                                       "' has a path that is absolute, leads up, is empty or too "
                                       "long; make the archive again from the folder itself.");
  const bool linked = archive_entry_hardlink(entry) != nullptr;
  const auto type = archive_entry_filetype(entry);
  if (linked || (type != AE_IFREG && type != AE_IFDIR))
    return fail(Errc::bad_request, "The archive's member '" + path +
                                       "' is a link or a device; put the files themselves into "
                                       "the archive.");
  if (type == AE_IFDIR) return std::string();
  while (path.starts_with("./"))
    path.erase(0, 2);
  return path;
}

}  // namespace

Result<void> read_archive(ByteSource& bytes, UnpackBudget& budget, const TakeMember& take) {
  Gunzip plain(bytes, budget);
  Input input{plain, std::nullopt};
  const Archive opened(archive_read_new());
  if (!opened) return fail(Errc::unavailable, "There is no memory for an archive.");
  archive_read_support_format_tar(opened.get());
  archive_read_support_format_zip_streamable(opened.get());
  if (archive_read_open(opened.get(), &input, nullptr, read_input, nullptr) != ARCHIVE_OK)
    return broken(opened.get(), input);
  while (true) {
    archive_entry* entry = nullptr;
    const int did = archive_read_next_header(opened.get(), &entry);
    if (did == ARCHIVE_EOF) break;
    if (did != ARCHIVE_OK && did != ARCHIVE_WARN) return broken(opened.get(), input);
    WEIR_CHECK(budget.member());
    WEIR_TRY(const std::string path, path_of(entry));
    if (path.empty()) continue;
    MemberBytes member(opened.get(), input, budget);
    WEIR_CHECK(take(path, member));
  }
  // What stands behind the archive's end belongs to the file: its gzip checksum does.
  while (true) {
    WEIR_TRY(const std::string_view rest, plain.next());
    if (rest.empty()) return {};
  }
}

}  // namespace weir::courier
