#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/store/object_store.hpp"
#include "pipeline/store/remote/azure_client.hpp"
#include "pipeline/store/remote/spool.hpp"

namespace weir::store {

struct AzureSettings {
  AzureAccount account;
  /// One for all, or with "{tenant}" in its name one for each tenant, in which its objects stand
  /// without "ingest/stream/TENANT/".
  std::string container;
  std::string prefix = {};  // of all blobs; "" or "weir/prod"
  HttpBounds bounds = {};
  Retries retries = {};
  /// Of one request; a larger blob goes in blocks of this size, or larger ones, as at most 50,000
  /// are possible.
  std::uint64_t block_bytes = std::uint64_t{8} << 20;
  int names_listed_at_once = 5000;
};

/// Objects as block blobs in a container of Azure's Blob service. A writer spools to this machine,
/// and sends when it is published: at once, or as a list of blocks. Blocks that no list names are
/// forgotten by the service after a week, so there is nothing to sweep. Errors are those of
/// S3Store.
class AzureBlobStore final : public ObjectStore {
 public:
  struct Services {
    Disk& disk;                // of the spool
    std::string spool_folder;  // empty: nothing is put
    const Clock& clock;
    Random& random;
  };
  /// Asks nothing of the service. The services outlive it.
  static Result<std::unique_ptr<AzureBlobStore>> open(AzureSettings settings, Services services);

  Result<std::unique_ptr<ObjectWriter>> create(const std::string& key) override;
  Result<std::string> read(const std::string& key) override;
  Result<std::string> read_range(const std::string& key, std::uint64_t offset,
                                 std::uint64_t bytes) override;
  Result<std::uint64_t> size(const std::string& key) override;
  /// "abfss://container@account.dfs.core.windows.net/prefix/key". With a container for each tenant
  /// "azure://account/key", which begins alike for all.
  std::string uri(const std::string& key) const override;
  Result<void> remove(const std::string& key) override;
  Result<void> for_each_name(const std::string& folder, const EachName& each) override;
  Result<void> sweep() override { return {}; }

 private:
  AzureBlobStore(AzureSettings settings, Services services)
      : settings_(std::move(settings)),
        services_(std::move(services)),
        tenant_at_(settings_.container.find(tenant_mark)) {}
  static constexpr std::string_view tenant_mark = "{tenant}";
  struct Place {
    std::string container;
    std::string blob;
  };
  bool is_by_tenant() const { return tenant_at_ != std::string::npos; }
  Place place_of(const std::string& key) const;
  AzureCall call_of(const std::string& method, const std::string& key) const;
  Error explain(const HttpReply& reply, const AzureCall& call, const std::string& doing) const;
  Result<void> make_container(const std::string& name);
  Result<void> for_each_tenant(const EachName& each);
  Result<HttpReply> expect(const AzureCall& call, const std::string& doing, int status);
  Result<HttpReply> head(const std::string& key);
  Result<void> put(const std::string& key, Spool& spool, IfThere if_there);
  Result<void> put_into(const std::string& key, Spool& spool, IfThere if_there);
  Result<void> send_blocks(const std::string& key, Spool& spool, const std::string& token,
                           std::string& list);
  Result<void> finish(AzureCall call, const std::string& key, const std::string& token,
                      IfThere if_there);

  const AzureSettings settings_;
  const Services services_;
  const std::size_t tenant_at_;
  std::unique_ptr<AzureClient> client_;
  std::unique_ptr<SpoolFolder> spools_;
};

}  // namespace weir::store
