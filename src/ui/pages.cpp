/// Files are kept as gzip bytes and sent as they are; a client that does not take gzip gets them
/// expanded. index.html goes out with a content security policy whose nonce is new each time, so
/// that only our own scripts run and only our own styles apply; the page must therefore never be
/// kept by a cache. The other files have their content's hash in their names and are kept for good.
#include "ui/pages.hpp"

#include <algorithm>
#include <string>

#include <zlib.h>

#include "base/accept_encoding.hpp"

namespace weir::ui {
namespace {

constexpr std::string_view front_page = "index.html";
constexpr std::string_view nonce_mark = "__CSP_NONCE__";
constexpr std::size_t nonce_length = 22;  // alphanumerics: 128 bits

Result<std::string> expanded(const File& file) {
  std::string text(file.bytes, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK)  // 16: with a gzip header
    return fail(Errc::internal, "zlib cannot begin to expand the UI's " + std::string(file.path));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file.gzip.data()));
  stream.avail_in = static_cast<uInt>(file.gzip.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int end = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (end != Z_STREAM_END || stream.total_out != text.size())
    return fail(Errc::internal, "The UI's " + std::string(file.path) + " cannot be expanded");
  return text;
}

std::string policy(std::string_view nonce) {
  return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + std::string(nonce) +
         "'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
         "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
}

void add_guards(http::Response& response) {
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
}

http::Response page(const File& file, Random& random) {
  auto text = expanded(file);
  if (!text) return http::error_response(text.error(), "");
  const std::string nonce = random_id(random, "", nonce_length);
  for (std::size_t at = text->find(nonce_mark); at != std::string::npos;
       at = text->find(nonce_mark, at + nonce.size()))
    text->replace(at, nonce_mark.size(), nonce);
  http::Response response{200, std::string(file.content_type), *std::move(text), {}};
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Security-Policy", policy(nonce));
  response.headers.emplace_back("X-Frame-Options", "DENY");
  add_guards(response);
  return response;
}

http::Response sent(const File& file, const http::Request& request) {
  http::Response response{200, std::string(file.content_type), "", {}};
  response.headers.emplace_back("ETag", file.etag);
  response.headers.emplace_back(
      "Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("Vary", "Accept-Encoding");
  add_guards(response);
  const auto known = request.headers.find("if-none-match");
  if (known != request.headers.end() && known->second == file.etag) {
    response.status = 304;
    return response;
  }
  if (http::takes_gzip(request)) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = file.gzip;
    return response;
  }
  auto text = expanded(file);
  if (!text) return http::error_response(text.error(), request.request_id);
  response.body = *std::move(text);
  return response;
}

}  // namespace

http::Response Pages::handle(const http::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response refused = http::error_response(
        {Errc::method_not_allowed, "The UI's pages answer GET and HEAD."}, request.request_id);
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  std::string_view path = request.path;
  path.remove_prefix(std::min(path.size(), path_prefix.size()));
  if (!path.empty() && path.front() != '/')
    return http::error_response({Errc::not_found, "There is no \"" + request.path + "\" here."},
                                request.request_id);
  if (!path.empty()) path.remove_prefix(1);
  const File* const file = find(path);
  if (file && file->path != front_page) return sent(*file, request);
  // A page of an earlier version asks for files that are gone.
  const File* const front = path.starts_with("assets/") ? nullptr : find(front_page);
  if (!front)
    return http::error_response(
        {Errc::not_found, "The UI has no file \"" + request.path + "\". Reload the page."},
        request.request_id);
  return page(*front, random_);
}

const File* Pages::find(std::string_view path) const {
  const auto at = std::lower_bound(
      files_.begin(), files_.end(), path,
      [](const File& file, std::string_view wanted) { return file.path < wanted; });
  return at != files_.end() && at->path == path ? &*at : nullptr;
}

std::optional<http::Response> way_in(const http::Request& request) {
  std::string to;
  if (request.path == "/") to = "/";
  if (request.path == "/api" || request.path == "/api/") {
    const auto takes = request.headers.find("accept");
    const bool is_browser =
        takes != request.headers.end() && takes->second.find("text/html") != std::string::npos;
    to = is_browser ? "/api" : "/openapi.json";
  }
  if (to.empty()) return std::nullopt;
  http::Response response{303, "text/plain; charset=utf-8", "", {}};
  response.headers.emplace_back("Location", std::string(path_prefix) + to);
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

}  // namespace weir::ui
