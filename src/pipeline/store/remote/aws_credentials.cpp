// The sources and names are those of AWS's own libraries, so that what is set up for them serves
// here too. A renewal is made by the thread that needs the key, while others wait: it is one small
// request an hour.
#include "pipeline/store/remote/aws_credentials.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include <boost/json.hpp>

#include "pipeline/store/remote/retries.hpp"
#include "pipeline/store/remote/xml_element.hpp"

namespace weir::store {
namespace {

namespace json = boost::json;

/// A key is renewed so long before it ends.
constexpr std::chrono::minutes renewed_before{5};
constexpr std::uint64_t answer_bytes_max = 1 << 20;
constexpr std::uint64_t file_bytes_max = 1 << 20;
constexpr std::chrono::seconds near_max{2};

constexpr std::array<std::pair<AwsKeySource, std::string_view>, 6> names = {{
    {AwsKeySource::any, "any"},
    {AwsKeySource::environment, "environment"},
    {AwsKeySource::web_identity, "web_identity"},
    {AwsKeySource::file, "file"},
    {AwsKeySource::container, "container"},
    {AwsKeySource::instance, "instance"},
}};

std::string trimmed(std::string text) {
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
  return text;
}

HttpBounds near_bounds(HttpBounds bounds) {
  bounds.connect_max = bounds.time_max = near_max;
  bounds.uses_proxy = false;
  return bounds;
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

Failure useless(const std::string& where, const std::string& what) {
  return fail(Errc::io, where + " gave no key that can be used: " + what);
}

}  // namespace

std::optional<AwsKeySource> parse_aws_key_source(std::string_view text) {
  for (const auto& [source, name] : names)
    if (name == text) return source;
  return std::nullopt;
}

std::string_view to_string(AwsKeySource source) {
  for (const auto& [one, name] : names)
    if (one == source) return name;
  return "any";
}

AwsCredentials::AwsCredentials(Settings settings, Disk& disk, const Clock& clock)
    : settings_(std::move(settings)),
      disk_(disk),
      clock_(clock),
      far_(settings_.bounds),
      near_(near_bounds(settings_.bounds)) {}

std::string AwsCredentials::variable(const std::string& name) const {
  return settings_.environment(name).value_or("");
}

Result<std::string> AwsCredentials::file(const std::string& path) const {
  WEIR_TRY(const auto opened, disk_.open(path, Durability::on_sync));
  WEIR_TRY(const std::uint64_t size, opened->size());
  if (size > file_bytes_max) return fail(Errc::too_large, path + " is too large to hold a key");
  std::string bytes(size, '\0');
  WEIR_TRY(const std::size_t got, opened->read_at(0, bytes.data(), bytes.size()));
  bytes.resize(got);
  return bytes;
}

Result<AwsKey> AwsCredentials::key() {
  const std::lock_guard lock(mutex_);
  const Time now = clock_.now();
  const bool lasts = found_ && (!found_->ends || now + renewed_before < *found_->ends);
  if (lasts) return found_->key;
  auto found = find();
  if (found) {
    found_ = *std::move(found);
    return found_->key;
  }
  if (found_ && now < *found_->ends) return found_->key;
  return fail(std::move(found).error());
}

void AwsCredentials::forget() {
  const std::lock_guard lock(mutex_);
  found_.reset();
}

std::string AwsCredentials::source() const {
  const std::lock_guard lock(mutex_);
  return std::string(to_string(found_ ? found_->from : settings_.source));
}

Result<AwsCredentials::Found> AwsCredentials::find() const {
  std::string lacking;
  for (const auto& [source, name] : names) {
    const bool is_asked = settings_.source == source || settings_.source == AwsKeySource::any;
    if (source == AwsKeySource::any || !is_asked) continue;
    auto looked = look(source);
    if (!looked) {
      // One that is set up and fails is said, and not passed over: another key would be another
      // account's. The machine's service is asked last, and on most machines is not there.
      if (source != AwsKeySource::instance || settings_.source == source)
        return fail_while("credentials (" + std::string(name) + ")", std::move(looked).error());
      lacking += "; instance: " + looked.error().message;
      continue;
    }
    if (*looked) {
      (*looked)->from = source;
      return **std::move(looked);
    }
    lacking += "; " + std::string(name) + ": not set up";
  }
  return fail(Errc::io,
              "there are no credentials for the store" + lacking +
                  ". Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the server's environment, "
                  "or give its machine a role (docs/configuration.md, store.credentials)");
}

AwsCredentials::Looked AwsCredentials::look(AwsKeySource source) const {
  switch (source) {
    case AwsKeySource::environment:
      return of_environment();
    case AwsKeySource::web_identity:
      return of_web_identity();
    case AwsKeySource::file:
      return of_file();
    case AwsKeySource::container:
      return of_container();
    case AwsKeySource::instance:
      return of_instance();
    case AwsKeySource::any:
      break;
  }
  return std::optional<Found>();
}

AwsCredentials::Looked AwsCredentials::of_environment() const {
  const std::string access = variable("AWS_ACCESS_KEY_ID");
  const std::string secret = variable("AWS_SECRET_ACCESS_KEY");
  if (access.empty() && secret.empty()) return std::optional<Found>();
  if (access.empty() || secret.empty())
    return fail(Errc::io,
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must both be set, and one is not");
  return Found{{access, secret, variable("AWS_SESSION_TOKEN")}, std::nullopt};
}

AwsCredentials::Looked AwsCredentials::of_file() const {
  std::string path = variable("AWS_SHARED_CREDENTIALS_FILE");
  const bool is_named = !path.empty();
  if (!is_named && variable("HOME").empty()) return std::optional<Found>();
  if (!is_named) path = variable("HOME") + "/.aws/credentials";
  auto bytes = file(path);
  if (!bytes && !is_named && bytes.error().code == Errc::not_found) return std::optional<Found>();
  WEIR_TRY(const std::string text, std::move(bytes));
  std::string profile = variable("AWS_PROFILE");
  if (profile.empty()) profile = "default";
  AwsKey key;
  bool is_in = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    if (line.starts_with("[")) is_in = trimmed(line.substr(1, line.find(']') - 1)) == profile;
    const std::size_t equals = line.find('=');
    if (!is_in || equals == std::string::npos || line.starts_with("#")) continue;
    const std::string name = trimmed(line.substr(0, equals));
    const std::string value = trimmed(line.substr(equals + 1));
    if (name == "aws_access_key_id") key.access_key = value;
    if (name == "aws_secret_access_key") key.secret_key = value;
    if (name == "aws_session_token") key.session_token = value;
  }
  if (key.access_key.empty() || key.secret_key.empty())
    return useless(path, "profile [" + profile +
                             "] lacks aws_access_key_id or aws_secret_access_key (AWS_PROFILE "
                             "names another one)");
  // Read again now and then: whoever rotates keys writes the file anew.
  return Found{std::move(key), clock_.now() + 2 * renewed_before};
}

Result<HttpReply> AwsCredentials::ask(const HttpRequest& request, bool is_on_machine) const {
  WEIR_TRY(auto reply, (is_on_machine ? near_ : far_).send(request, answer_bytes_max));
  if (reply.status == 200) return reply;
  const bool may_pass = may_pass_later(Result<HttpReply>(reply));
  return fail(may_pass ? Errc::unavailable : Errc::io,
              request.url.substr(0, request.url.find('?')) + " answered " +
                  std::to_string(reply.status) + ": " + reply.body.substr(0, 300));
}

AwsCredentials::Looked AwsCredentials::of_web_identity() const {
  const std::string path = variable("AWS_WEB_IDENTITY_TOKEN_FILE");
  const std::string role = variable("AWS_ROLE_ARN");
  if (path.empty() || role.empty()) return std::optional<Found>();
  WEIR_TRY(const std::string token, file(path));
  std::string session = variable("AWS_ROLE_SESSION_NAME");
  if (session.empty()) session = "weir";
  std::string url = variable("AWS_ENDPOINT_URL_STS");
  if (url.empty()) url = "https://sts." + settings_.region + ".amazonaws.com";
  const std::string body =
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" + uri_encoded(role, false) +
      "&RoleSessionName=" + uri_encoded(session, false) +
      "&WebIdentityToken=" + uri_encoded(trimmed(token), false);
  const HttpRequest request{.method = "POST",
                            .url = url + "/",
                            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                            .body = body};
  WEIR_TRY(const HttpReply reply, ask(request, false));
  WEIR_TRY(const XmlElement answer, parse_xml(reply.body));
  for (const XmlElement* result : answer.all("AssumeRoleWithWebIdentityResult"))
    for (const XmlElement* given : result->all("Credentials")) {
      const auto ends = parse_time(given->child("Expiration"));
      Found found{{given->child("AccessKeyId"), given->child("SecretAccessKey"),
                   given->child("SessionToken")},
                  ends};
      if (ends && !found.key.access_key.empty() && !found.key.secret_key.empty())
        return std::optional<Found>(std::move(found));
    }
  return useless(url, "its answer holds none");
}

namespace {

/// As the metadata services of containers and of machines write a key.
Result<std::pair<AwsKey, Time>> key_of_json(const std::string& where, const std::string& text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return useless(where, "its answer is no JSON object");
  const json::object& object = value.as_object();
  const AwsKey key{text_of(object, "AccessKeyId"), text_of(object, "SecretAccessKey"),
                   text_of(object, "Token")};
  const auto ends = parse_time(text_of(object, "Expiration"));
  if (key.access_key.empty() || key.secret_key.empty() || !ends)
    return useless(where, "AccessKeyId, SecretAccessKey or Expiration is missing");
  return std::pair(key, *ends);
}

}  // namespace

AwsCredentials::Looked AwsCredentials::of_container() const {
  std::string url = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  const std::string relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty()) url = "http://169.254.170.2" + relative;
  if (url.empty()) return std::optional<Found>();
  std::string token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (const std::string path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !path.empty()) {
    WEIR_TRY(token, file(path));
  }
  HttpRequest request{.method = "GET", .url = url};
  if (!token.empty()) request.headers.emplace_back("Authorization", trimmed(token));
  WEIR_TRY(const HttpReply reply, ask(request, true));
  WEIR_TRY(auto given, key_of_json(url, reply.body));
  return Found{std::move(given.first), given.second};
}

AwsCredentials::Looked AwsCredentials::of_instance() const {
  if (variable("AWS_EC2_METADATA_DISABLED") == "true") return std::optional<Found>();
  std::string url = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (url.empty()) url = "http://169.254.169.254";
  while (url.ends_with("/"))
    url.pop_back();
  const HttpRequest for_token{.method = "PUT",
                              .url = url + "/latest/api/token",
                              .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}};
  WEIR_TRY(const HttpReply token, ask(for_token, true));
  const std::pair<std::string, std::string> shown{"X-aws-ec2-metadata-token", trimmed(token.body)};
  const std::string roles = url + "/latest/meta-data/iam/security-credentials/";
  WEIR_TRY(const HttpReply role, ask({.method = "GET", .url = roles, .headers = {shown}}, true));
  const std::string name = trimmed(role.body.substr(0, role.body.find('\n')));
  if (name.empty()) return useless(roles, "the machine has no role");
  WEIR_TRY(
      const HttpReply reply,
      ask({.method = "GET", .url = roles + uri_encoded(name, false), .headers = {shown}}, true));
  WEIR_TRY(auto given, key_of_json(roles, reply.body));
  return Found{std::move(given.first), given.second};
}

}  // namespace weir::store
