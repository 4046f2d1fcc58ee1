// One small request an hour, made by the thread that needs the token while others wait. Names and
// order are those of Azure's libraries, so that what is set up for them serves here too.
#include "pipeline/store/remote/azure_tokens.hpp"

#include <charconv>

#include <boost/json.hpp>

#include "pipeline/store/remote/aws_signature.hpp"
#include "pipeline/store/remote/retries.hpp"

namespace weir::store {
namespace {

namespace json = boost::json;

constexpr const char* resource = "https://storage.azure.com/";
constexpr std::chrono::minutes renewed_before{5};
constexpr std::chrono::hours lasts_max{24};
constexpr std::uint64_t answer_bytes_max = 1 << 20;
constexpr std::uint64_t file_bytes_max = 1 << 20;
constexpr std::chrono::seconds near_max{5};

HttpBounds near_bounds(HttpBounds bounds) {
  bounds.connect_max = bounds.time_max = near_max;
  bounds.uses_proxy = false;
  return bounds;
}

Result<std::string> read_file(Disk& disk, const std::string& path) {
  WEIR_TRY(const auto opened, disk.open(path, Durability::on_sync));
  WEIR_TRY(const std::uint64_t size, opened->size());
  if (size > file_bytes_max) return fail(Errc::too_large, path + " is too large to hold a token");
  std::string bytes(size, '\0');
  WEIR_TRY(const std::size_t got, opened->read_at(0, bytes.data(), bytes.size()));
  bytes.resize(got);
  while (bytes.ends_with('\n') || bytes.ends_with('\r') || bytes.ends_with(' '))
    bytes.pop_back();
  return bytes;
}

/// A number, or a text of one: the two services differ.
std::optional<std::int64_t> seconds_of(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_int64()) return found->as_int64();
  if (!found->is_string()) return std::nullopt;
  const json::string& text = found->as_string();
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return seconds;
}

std::string without_slash(std::string url) {
  while (url.ends_with('/'))
    url.pop_back();
  return url;
}

}  // namespace

AzureTokens::AzureTokens(Settings settings, Disk& disk, const Clock& clock)
    : settings_(std::move(settings)),
      disk_(disk),
      clock_(clock),
      far_(settings_.bounds),
      near_(near_bounds(settings_.bounds)) {}

std::string AzureTokens::variable(const std::string& name) const {
  return settings_.environment(name).value_or("");
}

Result<std::string> AzureTokens::token() {
  const std::lock_guard lock(mutex_);
  const Time now = clock_.now();
  if (found_ && now + renewed_before < found_->ends) return found_->token;
  const bool is_workload = !variable("AZURE_FEDERATED_TOKEN_FILE").empty();
  auto found = is_workload ? of_workload() : of_machine();
  if (found) {
    had_one_ = true;
    found_ = *std::move(found);
    return found_->token;
  }
  if (found_ && now < found_->ends) return found_->token;
  if (!is_workload && !had_one_ && !settings_.is_expected) found.error().code = Errc::io;
  return fail_while(is_workload ? "no token of the workload's identity (AZURE_FEDERATED_TOKEN_FILE)"
                                : "there is no AZURE_STORAGE_KEY and no AZURE_STORAGE_SAS_TOKEN, "
                                  "and no token of a managed identity",
                    std::move(found).error());
}

void AzureTokens::forget() {
  const std::lock_guard lock(mutex_);
  found_.reset();
}

Result<AzureTokens::Found> AzureTokens::ask(HttpClient& client, const HttpRequest& request) const {
  WEIR_TRY(auto reply, client.send(request, answer_bytes_max));
  const std::string where = request.url.substr(0, request.url.find('?'));
  if (reply.status != 200) {
    const bool may_pass = may_pass_later(Result<HttpReply>(reply));
    return fail(
        may_pass ? Errc::unavailable : Errc::io,
        where + " answered " + std::to_string(reply.status) + ": " + reply.body.substr(0, 300));
  }
  boost::system::error_code error;
  const json::value value = json::parse(reply.body, error);
  const json::object* object = error ? nullptr : value.if_object();
  const json::value* token = object != nullptr ? object->if_contains("access_token") : nullptr;
  const auto seconds = object != nullptr ? seconds_of(*object, "expires_in") : std::nullopt;
  if (token == nullptr || !token->is_string() || !seconds || *seconds <= 0)
    return fail(Errc::io, where + " gave no token: access_token or expires_in is missing");
  return Found{
      std::string(token->as_string()),
      clock_.now() + std::min<std::chrono::seconds>(std::chrono::seconds(*seconds), lasts_max)};
}

Result<AzureTokens::Found> AzureTokens::of_workload() const {
  const std::string client = variable("AZURE_CLIENT_ID");
  const std::string tenant = variable("AZURE_TENANT_ID");
  if (client.empty() || tenant.empty())
    return fail(Errc::io, "AZURE_CLIENT_ID and AZURE_TENANT_ID must be set with it");
  WEIR_TRY(const std::string assertion,
           read_file(disk_, variable("AZURE_FEDERATED_TOKEN_FILE")));  // written anew now and then
  std::string authority = without_slash(variable("AZURE_AUTHORITY_HOST"));
  if (authority.empty()) authority = "https://login.microsoftonline.com";
  const std::string body =
      "grant_type=client_credentials&client_id=" + uri_encoded(client, false) +
      "&scope=" + uri_encoded(std::string(resource) + ".default", false) +
      "&client_assertion_type=" +
      uri_encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", false) +
      "&client_assertion=" + uri_encoded(assertion, false);
  return ask(far_, {.method = "POST",
                    .url = authority + "/" + uri_encoded(tenant, false) + "/oauth2/v2.0/token",
                    .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                    .body = body});
}

Result<AzureTokens::Found> AzureTokens::of_machine() const {
  std::string service = without_slash(variable("AZURE_POD_IDENTITY_AUTHORITY_HOST"));
  if (service.empty()) service = "http://169.254.169.254";
  std::string url = service + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" +
                    uri_encoded(resource, false);
  if (const std::string client = variable("AZURE_CLIENT_ID"); !client.empty())
    url += "&client_id=" + uri_encoded(client, false);
  return ask(near_, {.method = "GET", .url = url, .headers = {{"Metadata", "true"}}});
}

}  // namespace weir::store
