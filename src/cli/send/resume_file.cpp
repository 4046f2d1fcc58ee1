#include "cli/send/resume_file.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <boost/json.hpp>
#include <openssl/evp.h>

namespace weir::cli {
namespace {

namespace json = boost::json;

std::string hex(const unsigned char* bytes, std::size_t count) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

Failure unusable(const std::string& path, const std::string& why) {
  return fail(Errc::bad_request, "the resume file \"" + path + "\" " + why +
                                     "; give another name, or remove it to send everything anew");
}

}  // namespace

Result<ResumeFile> ResumeFile::open(std::string path, std::string stream_id, std::uint64_t random) {
  ResumeFile file;
  file.path_ = std::move(path);
  file.stream_id_ = std::move(stream_id);
  char session[17];
  std::snprintf(session, sizeof session, "%016llx", static_cast<unsigned long long>(random));
  file.session_ = session;
  std::error_code error;
  if (file.path_.empty()) return file;
  if (!std::filesystem::exists(file.path_, error)) {
    WEIR_CHECK(file.save());  // before anything is sent, so that a place it cannot be in is told
    return file;
  }
  std::ifstream in(file.path_, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  boost::system::error_code unreadable;
  const json::value value = json::parse(text, unreadable);
  const json::object* object = unreadable ? nullptr : value.if_object();
  const auto member = [&](const char* name) {
    return object ? object->if_contains(name) : nullptr;
  };
  const json::value* stream = member("stream");
  const json::value* own_session = member("session");
  const json::value* done = member("done");
  const json::value* last = member("last");
  if (!stream || !stream->is_string() || !own_session || !own_session->is_string() || !done ||
      !done->is_int64() || done->get_int64() < 0 || !last || !last->is_string())
    return unusable(file.path_, "is none of weir send");
  if (stream->get_string() != file.stream_id_)
    return unusable(file.path_, "is of stream " + std::string(stream->get_string()));
  file.session_ = own_session->get_string();
  file.done_ = file.done_before_ = static_cast<std::uint64_t>(done->get_int64());
  file.last_name_ = file.last_name_before_ = std::string(last->get_string());
  return file;
}

std::string ResumeFile::key_of(const std::string& name, const std::string& body) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const std::string text = name + '\0' + body;
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return session_ + "-" + hex(digest.data(), 16);
}

void ResumeFile::sent(std::uint64_t number, std::string name) {
  names_.emplace(number, std::move(name));
}

void ResumeFile::done(std::uint64_t number) {
  beyond_.insert(number);
  while (!beyond_.empty() && *beyond_.begin() == done_) {
    beyond_.erase(beyond_.begin());
    last_name_ = std::move(names_[done_]);
    names_.erase(done_++);
  }
}

Result<void> ResumeFile::save() const {
  if (path_.empty()) return {};
  const std::string next = path_ + ".next";
  {
    std::ofstream out(next, std::ios::binary | std::ios::trunc);
    out << json::serialize(json::object{{"stream", stream_id_},
                                        {"session", session_},
                                        {"done", done_},
                                        {"last", last_name_}})
        << "\n";
    out.flush();
    if (!out) return unusable(path_, "cannot be written");
  }
  std::error_code error;
  std::filesystem::rename(next, path_, error);
  if (error) return unusable(path_, "cannot be written: " + error.message());
  return {};
}

}  // namespace weir::cli
