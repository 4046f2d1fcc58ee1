// The S3 API over HTTP, of which a store needs a dozen calls: small enough to be our own, and there
// is no SDK in Debian. A body is hashed and the hash signed also over TLS: so the service refuses
// bytes that were altered on their way or in our memory.
#include "pipeline/store/remote/s3_client.hpp"

#include <algorithm>
#include <array>

#include "base/sha256.hpp"
#include "pipeline/store/remote/xml_element.hpp"

namespace weir::store {
namespace {

struct Answer {
  std::string code;
  std::string message;
  std::string region;
};

/// Of a reply that is an error; an answer to HEAD has no body.
Answer answer_of(const HttpReply& reply) {
  Answer answer;
  answer.region = reply.header("x-amz-bucket-region");
  const auto parsed = parse_xml(reply.body);
  if (!parsed || parsed->name != "Error") return answer;
  answer.code = parsed->child("Code");
  answer.message = parsed->child("Message");
  if (answer.region.empty()) answer.region = parsed->child("Region");
  return answer;
}

bool is_one_of(const std::string& code, std::initializer_list<std::string_view> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// The key may have been replaced since it was fetched.
bool is_about_key(const HttpReply& reply) {
  if (reply.status != 400 && reply.status != 403) return false;
  return is_one_of(answer_of(reply).code, {"ExpiredToken", "InvalidToken", "InvalidAccessKeyId"});
}

}  // namespace

Result<std::unique_ptr<S3Client>> S3Client::open(S3Bucket bucket, HttpBounds bounds,
                                                 Retries retries, Services services) {
  if (bucket.endpoint.empty()) bucket.endpoint = "https://s3." + bucket.region + ".amazonaws.com";
  while (bucket.endpoint.ends_with("/"))
    bucket.endpoint.pop_back();
  std::unique_ptr<S3Client> client(
      new S3Client(std::move(bucket), std::move(bounds), retries, services));
  const std::string& endpoint = client->bucket_.endpoint;
  const std::size_t end = endpoint.find("://");
  const std::string scheme = endpoint.substr(0, end == std::string::npos ? 0 : end);
  std::string host = endpoint.substr(end == std::string::npos ? 0 : end + 3);
  if ((scheme != "http" && scheme != "https") || host.empty() ||
      host.find('/') != std::string::npos)
    return fail(Errc::bad_request, "store.endpoint must look like https://s3.example.org:9000; \"" +
                                       endpoint + "\" does not");
  const std::string usual_port = scheme == "https" ? ":443" : ":80";
  if (host.ends_with(usual_port)) host.resize(host.size() - usual_port.size());
  client->scheme_ = scheme + "://";
  const bool in_path = client->bucket_.is_in_path;
  client->host_ = in_path ? host : client->bucket_.name + "." + host;
  client->path_prefix_ = in_path ? "/" + uri_encoded(client->bucket_.name, false) : "";
  return client;
}

Result<HttpReply> S3Client::send(const S3Call& call, const std::string& payload_sha256) {
  WEIR_TRY(const AwsKey key, services_.credentials.key());
  AwsRequest request{.method = call.method,
                     .host = host_,
                     .path = path_prefix_ + "/" + uri_encoded(call.object, true),
                     .query = call.query,
                     .headers = call.headers,
                     .payload_sha256 = payload_sha256};
  if (!call.body.empty()) request.headers.emplace_back("content-type", "application/octet-stream");
  HttpRequest http{
      .method = call.method,
      .url = scheme_ + host_ + request.path,
      .headers = aws_signed_headers(request, key, {bucket_.region, "s3"}, services_.clock.now()),
      .body = call.body};
  if (!call.query.empty()) http.url += "?" + request.query_text();
  auto reply = http_.send(http, call.reply_bytes_max);
  if (reply && is_about_key(*reply)) services_.credentials.forget();
  return reply;
}

Tried S3Client::call(const S3Call& call, const std::function<bool(const HttpReply&)>& also_retry) {
  const std::string payload_sha256 = sha256_hex(call.body);
  bool is_key_renewed = false;
  return with_retries(
      retries_, services_.random, [&] { return send(call, payload_sha256); },
      [&](const HttpReply& reply) {
        if (is_about_key(reply) && !is_key_renewed) return is_key_renewed = true;
        return also_retry && also_retry(reply);
      });
}

Error S3Client::explain(const HttpReply& reply, const std::string& doing) const {
  const Answer answer = answer_of(reply);
  const std::string& code = answer.code;
  std::string said = doing + ": " + bucket_.endpoint + " answered " + std::to_string(reply.status);
  if (!code.empty()) said += " " + code;
  if (!answer.message.empty()) said += " (" + answer.message + ")";
  const std::string bucket = "bucket \"" + bucket_.name + "\"";
  if (code == "NoSuchBucket")
    return {Errc::io, said + ". There is no " + bucket + ": make it, or correct store.url"};
  // The second is versitygw's word, with the status 404.
  if (is_one_of(code, {"InvalidAccessKeyId", "XAdminUserNotFound"}))
    return {Errc::io, said + ". The store does not know the access key, which came from " +
                          services_.credentials.source() + " (store.credentials)"};
  if (reply.status == 404) return {Errc::not_found, said};
  if (reply.status == 301 || reply.status == 307 ||
      is_one_of(code, {"AuthorizationHeaderMalformed", "PermanentRedirect",
                       "IllegalLocationConstraintException"}))
    return {Errc::io, said + ". The " + bucket + " is in another region than \"" + bucket_.region +
                          "\": set store.region" +
                          (answer.region.empty() ? "" : " = \"" + answer.region + "\"")};
  if (code == "SignatureDoesNotMatch")
    return {Errc::io, said + ". The secret key is not that of the access key; both came from " +
                          services_.credentials.source() + " (store.credentials)"};
  if (code == "RequestTimeTooSkewed")
    return {Errc::unavailable, said + ". The clock of this machine is wrong: set it right"};
  if (code == "ExpiredToken")
    return {Errc::unavailable, said + ". The key is over, and " + services_.credentials.source() +
                                   " gave no newer one"};
  if (reply.status == 401 || reply.status == 403)
    return {Errc::io,
            said + ". The key may not do that in " + bucket +
                ": it needs s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload, "
                "s3:ListBucket and s3:ListBucketMultipartUploads"};
  if (may_pass_later(Result<HttpReply>(reply)) || code == "SlowDown")
    return {Errc::unavailable, said + "; it is tried again"};
  return {Errc::io, said};
}

}  // namespace weir::store
