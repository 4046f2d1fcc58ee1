// Wrong settings are found here, by their names, so that what is left for the store's own answers
// is what only it can know.
#include "app/store_settings.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "app/server_settings.hpp"
#include "pipeline/store/remote/azure_store.hpp"
#include "pipeline/store/remote/s3_store.hpp"

namespace weir::app {
namespace {

/// "s3://bucket/a/b": "s3", "bucket" and "a/b". "azure://account/container/a/b" has one more part.
struct Place {
  std::string scheme;
  std::string account;    // of Azure
  std::string container;  // or bucket
  std::string prefix;
};

/// What is before the first '/', which is taken off.
std::string take_part(std::string& rest) {
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string part = rest.substr(0, slash);
  rest.erase(0, std::min(slash + 1, rest.size()));
  return part;
}

/// "{tenant}" stands for a tenant's name: a container for each.
bool is_container_name(std::string name, bool may_be_by_tenant) {
  constexpr std::string_view mark = "{tenant}";
  const std::size_t at = name.find(mark);
  if (may_be_by_tenant && at != std::string::npos) name.replace(at, mark.size(), "abc");
  return name.size() >= 3 && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
}

Result<Place> parse_place(const std::string& url) {
  const auto bad = [&](const std::string& what) {
    return fail(
        Errc::bad_request,
        fmt::format("Setting store.url: \"{}\" {}. Write s3://BUCKET, s3://BUCKET/PREFIX or "
                    "azure://ACCOUNT/CONTAINER/PREFIX.",
                    url, what));
  };
  const std::size_t colon = url.find("://");
  Place place{.scheme = url.substr(0, colon), .account = {}, .container = {}, .prefix = {}};
  if (place.scheme != "s3" && place.scheme != "azure") return bad("names no store that is known");
  std::string rest = url.substr(std::min(place.scheme.size() + 3, url.size()));
  while (rest.ends_with("/"))
    rest.pop_back();
  if (place.scheme == "azure") place.account = take_part(rest);
  if (place.scheme == "azure" && place.account.empty()) return bad("names no account");
  place.container = take_part(rest);
  place.prefix = std::move(rest);
  if (!is_container_name(place.container, place.scheme == "azure"))
    return bad("has no bucket's or container's name: 3 to 63 small letters, digits, '.' and '-'");
  if (!place.prefix.empty() && !store::check_key(place.prefix))
    return bad("has a prefix that is none");
  return place;
}

store::HttpBounds bounds_of(const Config& config) {
  return {.time_max = std::chrono::seconds(config["store.timeout_s"]),
          .ca_file = config.text("store.ca_file")};
}

std::string first_set(const StoreServices& services, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (auto value = services.environment(name); value && !value->empty()) return *value;
  return "";
}

Result<std::unique_ptr<store::ObjectStore>> open_s3(const Config& config, Place place,
                                                    StoreServices services) {
  const std::string& addressing = config.text("store.addressing");
  store::S3Settings settings;
  settings.prefix = std::move(place.prefix);
  settings.bucket.name = std::move(place.container);
  settings.bucket.endpoint = config.text("store.endpoint");
  settings.bucket.is_in_path =
      addressing == "path" || (addressing == "auto" && !settings.bucket.endpoint.empty());
  std::string region = config.text("store.region");
  if (region.empty()) region = first_set(services, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (!region.empty()) settings.bucket.region = std::move(region);
  settings.bounds = bounds_of(config);
  settings.part_bytes = bytes_of(config, "store.part_mb");
  if (config.text("store.encryption") != "bucket")
    settings.encryption = config.text("store.encryption");
  settings.kms_key = config.text("store.kms_key");
  if (!settings.kms_key.empty() && settings.encryption != "aws:kms")
    return fail(Errc::bad_request,
                "Setting store.kms_key is for store.encryption = \"aws:kms\" only.");
  store::AwsCredentials::Settings keys{
      .source = store::parse_aws_key_source(config.text("store.credentials"))
                    .value_or(store::AwsKeySource::any),
      .region = settings.bucket.region,
      .bounds = settings.bounds,
      .environment = services.environment};
  auto credentials =
      std::make_shared<store::AwsCredentials>(std::move(keys), services.disk, services.clock);
  WEIR_TRY(auto opened,
           store::S3Store::open(std::move(settings),
                                {services.disk, std::move(services.spool_folder), services.clock,
                                 services.random, std::move(credentials)}));
  return std::unique_ptr<store::ObjectStore>(std::move(opened));
}

Result<std::unique_ptr<store::ObjectStore>> open_azure(const Config& config, Place place,
                                                       StoreServices services) {
  store::AzureSettings settings;
  settings.account.name = std::move(place.account);
  settings.account.key = first_set(services, {"AZURE_STORAGE_KEY"});
  settings.account.sas = first_set(services, {"AZURE_STORAGE_SAS_TOKEN"});
  if (settings.account.sas.starts_with("?")) settings.account.sas.erase(0, 1);
  settings.account.endpoint = config.text("store.endpoint");
  settings.container = std::move(place.container);
  settings.prefix = std::move(place.prefix);
  settings.bounds = bounds_of(config);
  if (settings.account.key.empty() && settings.account.sas.empty())
    settings.account.identity = std::make_shared<store::AzureTokens>(
        store::AzureTokens::Settings{settings.bounds, services.environment,
                                     config.text("store.credentials") == "instance"},
        services.disk, services.clock);
  settings.block_bytes = bytes_of(config, "store.part_mb");
  WEIR_TRY(auto opened, store::AzureBlobStore::open(
                            std::move(settings), {services.disk, std::move(services.spool_folder),
                                                  services.clock, services.random}));
  return std::unique_ptr<store::ObjectStore>(std::move(opened));
}

}  // namespace

bool has_remote_store(const Config& config) {
  return !config.text("store.url").empty();
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets any
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

Result<std::unique_ptr<store::ObjectStore>> open_remote_store(const Config& config,
                                                              StoreServices services) {
  WEIR_TRY(Place place, parse_place(config.text("store.url")));
  if (place.scheme == "azure") return open_azure(config, std::move(place), std::move(services));
  return open_s3(config, std::move(place), std::move(services));
}

FilesOfStore::FilesOfStore(store::ObjectStore& store)
    : store_(store), root_([&store] {
        std::string root = store.uri("x");
        root.pop_back();
        return root;
      }()) {}

Result<std::string> FilesOfStore::key_of(const std::string& uri) const {
  if (uri.starts_with(root_)) return uri.substr(root_.size());
  return fail(Errc::forbidden, uri + " is not in the store " + root_);
}

Result<std::uint64_t> FilesOfStore::size(const std::string& uri) {
  WEIR_TRY(const std::string key, key_of(uri));
  return store_.size(key);
}

Result<std::string> FilesOfStore::read(const std::string& uri, std::uint64_t offset,
                                       std::uint64_t bytes) {
  WEIR_TRY(const std::string key, key_of(uri));
  return store_.read_range(key, offset, bytes);
}

}  // namespace weir::app
