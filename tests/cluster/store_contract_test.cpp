#include <filesystem>

#include "env/fake/test_directory.hpp"
#include "env/real/posix_disk.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"
#include "pipeline/store/remote/azure_store.hpp"
#include "pipeline/store/remote/s3_store.hpp"
#include "pipeline/store/store_contract_fixture.hpp"
#include "test_server_process.hpp"

// The stores of a cluster on real servers, each test on one of its own.
namespace weir::store {
namespace {

const std::string s3_server = WEIR_SOURCE_DIR "/.deps/cluster/versitygw";

std::string missing(const std::string& program) {
  if (std::filesystem::exists(program)) return "";
  return "there is no " + program + ": script/setup-cluster installs it";
}

struct World {
  TestDirectory directory;
  PosixDisk disk;
  SystemClock clock;
  SystemRandom random;
};

/// Its bucket is a directory below the world's.
struct S3World : World {
  S3World() {
    std::filesystem::create_directories(directory.file("s3/the-bucket"));
    server.emplace(
        std::vector<std::string>{s3_server, "-q", "--port", "127.0.0.1:" + std::to_string(port),
                                 "posix", directory.file("s3")},
        std::vector<std::string>{"ROOT_ACCESS_KEY=the-key", "ROOT_SECRET_KEY=the-secret"}, port);
  }
  const std::uint16_t port = free_port();
  std::optional<TestServerProcess> server;
};

OpenedStore open_s3() {
  static const auto world = std::make_shared<S3World>();
  static std::atomic<int> spools{0};
  AwsCredentials::Settings keys{
      .source = AwsKeySource::environment,
      .environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "AWS_ACCESS_KEY_ID") return "the-key";
        if (name == "AWS_SECRET_ACCESS_KEY") return "the-secret";
        return std::nullopt;
      }};
  S3Settings settings{.bucket = {.name = "the-bucket",
                                 .endpoint = "http://127.0.0.1:" + std::to_string(world->port),
                                 .is_in_path = true},
                      .prefix = "a prefix/p",
                      .names_listed_at_once = 4};
  const std::string spool = "spool-" + std::to_string(::getpid()) + std::to_string(++spools);
  return {S3Store::open(std::move(settings),
                        {world->disk, world->directory.file(spool), world->clock, world->random,
                         std::make_shared<AwsCredentials>(keys, world->disk, world->clock)})
              .value(),
          {world}};
}

const std::string azurite = WEIR_SOURCE_DIR "/.deps/cluster/azurite/node_modules/.bin/azurite-blob";
const std::string node = WEIR_SOURCE_DIR "/.deps/node/bin/node";
/// Azurite's own, which everybody knows.
const std::string account = "devstoreaccount1";
const std::string account_key =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

struct AzureWorld : World {
  AzureWorld() {
    server.emplace(
        std::vector<std::string>{node, azurite, "--silent", "--skipApiVersionCheck",
                                 "--disableTelemetry", "--blobHost", "127.0.0.1", "--blobPort",
                                 std::to_string(port), "--location", directory.file("azure")},
        std::vector<std::string>{}, port);
    const auto client = AzureClient::open(
        {.name = account, .key = account_key, .endpoint = endpoint()}, {}, {}, {clock, random});
    const Tried made = (*client)->call(
        {.method = "PUT", .container = "the-container", .query = {{"restype", "container"}}});
    WEIR_ASSERT(made.reply && made.reply->status == 201);
  }
  std::string endpoint() const {
    return "http://127.0.0.1:" + std::to_string(port) + "/" + account;
  }
  const std::uint16_t port = free_port();
  std::optional<TestServerProcess> server;
};

OpenedStore open_azure_in(const std::string& container) {
  static const auto world = std::make_shared<AzureWorld>();
  static std::atomic<int> spools{0};
  AzureSettings settings{
      .account = {.name = account, .key = account_key, .endpoint = world->endpoint()},
      .container = container,
      .prefix = "a prefix/p",
      .names_listed_at_once = 4};
  const std::string spool = "spool-" + std::to_string(::getpid()) + std::to_string(++spools);
  return {AzureBlobStore::open(std::move(settings), {world->disk, world->directory.file(spool),
                                                     world->clock, world->random})
              .value(),
          {world}};
}

OpenedStore open_azure() {
  return open_azure_in("the-container");
}

OpenedStore open_azure_by_tenant() {
  return open_azure_in("weir-{tenant}");
}

INSTANTIATE_TEST_SUITE_P(AzureByTenant, StoreContract,
                         testing::Values(StoreUnderTest{"azure_by_tenant", open_azure_by_tenant,
                                                        [] { return missing(azurite); }}));
INSTANTIATE_TEST_SUITE_P(Azure, StoreContract,
                         testing::Values(StoreUnderTest{"azure", open_azure,
                                                        [] { return missing(azurite); }}));
INSTANTIATE_TEST_SUITE_P(S3, StoreContract,
                         testing::Values(StoreUnderTest{"s3", open_s3,
                                                        [] { return missing(s3_server); }}));

}  // namespace
}  // namespace weir::store
