// A writer spools to a local file and sends when it publishes
// (docs/decisions/0023-remote-stores.md): thousands of batches are open at once, and a part of each
// in memory would be gigabytes.
//
// An answer can be lost after the store has done what was asked. Putting again is harmless; a put
// that is refused because the name is taken is not: the object may be ours, of the try before. So
// each writer puts a token of its own into the object's metadata, and looks there.
#include "pipeline/store/remote/s3_store.hpp"

#include <algorithm>

#include "pipeline/store/remote/spooled_writer.hpp"
#include "pipeline/store/remote/xml_element.hpp"

namespace weir::store {
namespace {

constexpr std::uint64_t parts_max = 10'000;
constexpr std::uint64_t part_bytes_min = std::uint64_t{5} << 20;
constexpr const char* token_header = "x-amz-meta-weir-put";
/// An object that is read as a whole is one that was written as a whole from memory.
constexpr std::uint64_t whole_bytes_max = std::uint64_t{1} << 30;

/// Another put of the same name is under way at this moment.
bool is_race(const HttpReply& reply) {
  return reply.status == 409;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else
      out += c;
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<S3Store>> S3Store::open(S3Settings settings, Services services) {
  settings.part_bytes = std::max(settings.part_bytes, part_bytes_min);
  if (!settings.prefix.empty()) WEIR_CHECK(check_key(settings.prefix));
  std::unique_ptr<S3Store> store(new S3Store(std::move(settings), std::move(services)));
  const Services& with = store->services_;
  if (!with.spool_folder.empty()) {
    WEIR_TRY(store->spools_, SpoolFolder::open(with.disk, with.spool_folder));
  }
  WEIR_TRY(store->client_,
           S3Client::open(store->settings_.bucket, store->settings_.bounds,
                          store->settings_.retries, {with.clock, with.random, *with.credentials}));
  return store;
}

std::string S3Store::object_of(const std::string& key) const {
  return settings_.prefix.empty() ? key : settings_.prefix + "/" + key;
}

std::string S3Store::uri(const std::string& key) const {
  return "s3a://" + settings_.bucket.name + "/" + object_of(key);
}

Result<std::unique_ptr<ObjectWriter>> S3Store::create(const std::string& key) {
  WEIR_CHECK(check_key(key));
  if (!spools_) return fail(Errc::internal, "the store was opened for reading only");
  return std::unique_ptr<ObjectWriter>(std::make_unique<SpooledWriter>(
      *spools_, key, [this](const std::string& object, Spool& spool, IfThere if_there) {
        return put(object, spool, if_there);
      }));
}

Result<HttpReply> S3Store::expect(const S3Call& call, const std::string& doing, int status) {
  Tried tried = client_->call(call);
  if (!tried.reply) return fail_while(doing, std::move(tried.reply).error());
  if (tried.reply->status != status) return fail(client_->explain(*tried.reply, doing));
  return std::move(tried.reply);
}

Result<HttpReply> S3Store::head(const std::string& key) {
  return expect({.method = "HEAD", .object = object_of(key)}, "looking at " + key);
}

Result<std::uint64_t> S3Store::size(const std::string& key) {
  WEIR_CHECK(check_key(key));
  WEIR_TRY(const HttpReply reply, head(key));
  const std::string length = reply.header("content-length");
  if (length.empty() || length.size() > 18 ||
      length.find_first_not_of("0123456789") != std::string::npos)
    return fail(Errc::io, "looking at " + key + ": the store does not say how large it is");
  return std::stoull(length);
}

Result<std::string> S3Store::read(const std::string& key) {
  WEIR_CHECK(check_key(key));
  WEIR_TRY(HttpReply reply,
           expect({.method = "GET", .object = object_of(key), .reply_bytes_max = whole_bytes_max},
                  "reading " + key));
  return std::move(reply.body);
}

Result<std::string> S3Store::read_range(const std::string& key, std::uint64_t offset,
                                        std::uint64_t bytes) {
  WEIR_CHECK(check_key(key));
  if (bytes == 0) {
    WEIR_CHECK(size(key));
    return std::string();
  }
  const std::string range =
      "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + bytes - 1);
  Tried tried = client_->call({.method = "GET",
                               .object = object_of(key),
                               .headers = {{"range", range}},
                               .reply_bytes_max = std::max(bytes, std::uint64_t{64} << 10)});
  if (!tried.reply) return fail_while("reading " + key, std::move(tried.reply).error());
  if (tried.reply->status == 206) return std::move(tried.reply->body);
  if (tried.reply->status == 416) return std::string();  // it begins behind the end
  // An empty object has no range, and some servers give it whole.
  if (tried.reply->status == 200 && tried.reply->body.empty()) return std::string();
  if (tried.reply->status == 200)
    return fail(Errc::io, "reading " + key + ": the store does not read ranges");
  return fail(client_->explain(*tried.reply, "reading " + key));
}

Result<void> S3Store::remove(const std::string& key) {
  WEIR_CHECK(check_key(key));
  Tried tried = client_->call({.method = "DELETE", .object = object_of(key)});
  if (!tried.reply) return fail_while("removing " + key, std::move(tried.reply).error());
  if (tried.reply->status == 204 || tried.reply->status == 200) return {};
  const Error error = client_->explain(*tried.reply, "removing " + key);
  return error.code == Errc::not_found ? Result<void>() : fail(error);
}

Result<void> S3Store::for_each_name(const std::string& folder, const EachName& each) {
  WEIR_CHECK(check_key(folder));
  const std::string prefix = object_of(folder) + "/";
  std::string from;
  do {
    S3Call call{.method = "GET",
                .object = "",
                .query = {{"list-type", "2"},
                          {"delimiter", "/"},
                          {"prefix", prefix},
                          {"max-keys", std::to_string(settings_.names_listed_at_once)}}};
    if (!from.empty()) call.query.emplace_back("continuation-token", from);
    WEIR_TRY(const HttpReply reply, expect(call, "listing " + folder));
    WEIR_TRY(const XmlElement page, parse_xml(reply.body));
    std::vector<std::string> names;
    for (const XmlElement* one : page.all("Contents"))
      names.push_back(one->child("Key"));
    for (const XmlElement* one : page.all("CommonPrefixes"))
      names.push_back(one->child("Prefix"));
    for (std::string& name : names) {
      if (name.ends_with("/")) name.pop_back();
      // An object of the folder's own name with a '/' is what some programs put for a folder.
      if (name.size() > prefix.size() && name.starts_with(prefix))
        WEIR_CHECK(each(name.substr(prefix.size())));
    }
    from = page.child("IsTruncated") == "true" ? page.child("NextContinuationToken") : "";
  } while (!from.empty());
  return {};
}

S3Store::Headers S3Store::headers_of_new(const std::string& token) const {
  Headers headers = {{token_header, token}};
  if (!settings_.encryption.empty())
    headers.emplace_back("x-amz-server-side-encryption", settings_.encryption);
  if (!settings_.kms_key.empty())
    headers.emplace_back("x-amz-server-side-encryption-aws-kms-key-id", settings_.kms_key);
  return headers;
}

Result<void> S3Store::put(const std::string& key, Spool& spool, IfThere if_there) {
  if (spool.size() > settings_.part_bytes) return put_in_parts(key, spool, if_there);
  auto bytes = spool.read(0, spool.size());
  if (!bytes) return fail_while("writing " + key, std::move(bytes).error());
  return put_at_once(key, *bytes, if_there);
}

/// What became of a put, or of the end of one in parts.
Result<void> S3Store::judge(const std::string& key, const Tried& tried, const std::string& token,
                            IfThere if_there) {
  if (!tried.reply) return fail_while("putting " + key, tried.reply.error());
  // Completing may answer 200 at once, and say in the body how it ended.
  const bool is_done =
      tried.reply->status == 200 && tried.reply->body.find("<Error>") == std::string::npos;
  if (is_done) return {};
  const bool is_taken =
      if_there == IfThere::refuse && (tried.reply->status == 412 || tried.reply->status == 409);
  const bool is_ended = tried.reply->status == 404;  // an upload in parts
  if ((is_taken || is_ended) && tried.is_ambiguous) {
    const auto there = head(key);
    if (there && there->header(token_header) == token) return {};  // by a try whose answer was lost
    if (!there && there.error().code != Errc::not_found) return fail(there.error());
  }
  if (is_taken) return already_there(key);
  Error error = client_->explain(*tried.reply, "putting " + key);
  if (error.code == Errc::not_found || tried.reply->status == 200) error.code = Errc::unavailable;
  return fail(std::move(error));
}

Result<void> S3Store::put_at_once(const std::string& key, std::string_view bytes,
                                  IfThere if_there) {
  const std::string token = random_id(services_.random, "", 22);
  S3Call call{
      .method = "PUT", .object = object_of(key), .headers = headers_of_new(token), .body = bytes};
  if (if_there == IfThere::refuse) call.headers.emplace_back("if-none-match", "*");
  return judge(key, client_->call(call, is_race), token, if_there);
}

Result<void> S3Store::put_in_parts(const std::string& key, Spool& spool, IfThere if_there) {
  const std::string token = random_id(services_.random, "", 22);
  WEIR_TRY(const HttpReply begun, expect({.method = "POST",
                                          .object = object_of(key),
                                          .query = {{"uploads", ""}},
                                          .headers = headers_of_new(token)},
                                         "beginning to put " + key));
  WEIR_TRY(const XmlElement answer, parse_xml(begun.body));
  Upload upload{.object = object_of(key), .id = answer.child("UploadId")};
  if (upload.id.empty())
    return fail(Errc::io, "beginning to put " + key + ": the store gave no id of the upload");
  auto done = send_parts(key, spool, upload);
  if (done) done = complete(key, upload, token, if_there);
  if (!done) abort(upload);
  return done;
}

Result<void> S3Store::send_parts(const std::string& key, Spool& spool, Upload& upload) {
  const std::uint64_t size = spool.size();
  const std::uint64_t bytes = std::max(settings_.part_bytes, (size + parts_max - 1) / parts_max);
  for (std::uint64_t offset = 0; offset < size; offset += bytes) {
    auto part = spool.read(offset, bytes);
    if (!part) return fail_while("writing " + key, std::move(part).error());
    const std::string number = std::to_string(upload.etags.size() + 1);
    WEIR_TRY(const HttpReply sent,
             expect({.method = "PUT",
                     .object = upload.object,
                     .query = {{"partNumber", number}, {"uploadId", upload.id}},
                     .body = *part},
                    "putting part " + number + " of " + key));
    upload.etags.push_back(sent.header("etag"));
  }
  return {};
}

Result<void> S3Store::complete(const std::string& key, const Upload& upload,
                               const std::string& token, IfThere if_there) {
  std::string body = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < upload.etags.size(); ++i)
    body += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
            escaped(upload.etags[i]) + "</ETag></Part>";
  body += "</CompleteMultipartUpload>";
  S3Call call{
      .method = "POST", .object = upload.object, .query = {{"uploadId", upload.id}}, .body = body};
  if (if_there == IfThere::refuse) call.headers.emplace_back("if-none-match", "*");
  return judge(key, client_->call(call, is_race), token, if_there);
}

/// What cannot be ended now is ended by sweep().
void S3Store::abort(const Upload& upload) {
  (void)client_->call(
      {.method = "DELETE", .object = upload.object, .query = {{"uploadId", upload.id}}});
}

Result<void> S3Store::sweep() {
  const Time old = services_.clock.now() - settings_.upload_age_max;
  std::string key_marker;
  std::string id_marker;
  bool more = true;
  while (more) {
    S3Call call{.method = "GET", .object = "", .query = {{"uploads", ""}}};
    if (!settings_.prefix.empty()) call.query.emplace_back("prefix", settings_.prefix + "/");
    if (!key_marker.empty()) {
      call.query.emplace_back("key-marker", key_marker);
      call.query.emplace_back("upload-id-marker", id_marker);
    }
    WEIR_TRY(const HttpReply reply, expect(call, "listing uploads that were not ended"));
    WEIR_TRY(const XmlElement page, parse_xml(reply.body));
    for (const XmlElement* one : page.all("Upload")) {
      const auto begun = parse_time(one->child("Initiated"));
      if (begun && *begun < old) abort({.object = one->child("Key"), .id = one->child("UploadId")});
    }
    const std::string next = page.child("NextKeyMarker");
    more = page.child("IsTruncated") == "true" && !next.empty() &&
           (next != key_marker || page.child("NextUploadIdMarker") != id_marker);
    key_marker = next;
    id_marker = page.child("NextUploadIdMarker");
  }
  return {};
}

}  // namespace weir::store
