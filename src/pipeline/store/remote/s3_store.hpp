#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/store/object_store.hpp"
#include "pipeline/store/remote/s3_client.hpp"
#include "pipeline/store/remote/spool.hpp"

namespace weir::store {

struct S3Settings {
  S3Bucket bucket;
  std::string prefix = {};  // of all objects; "" or "weir/prod"
  HttpBounds bounds = {};
  Retries retries = {};
  std::string encryption = {};  // "", "AES256" or "aws:kms"
  std::string kms_key = {};     // with aws:kms; empty: the account's own
  /// Of one request; a larger object goes in parts of this size, or larger ones, as at most 10,000
  /// are possible. At least 5 MiB.
  std::uint64_t part_bytes = std::uint64_t{8} << 20;
  int names_listed_at_once = 1000;
  /// An upload in parts that is so old is nobody's any more.
  std::chrono::hours upload_age_max{24};
};

/// Objects in a bucket that is spoken to by the S3 API. A writer spools to this machine, and sends
/// when it is published: at once, or in parts. Memory is that of one part for each that publishes.
/// Two metadata of ours are at each object: `weir-put`, by which a writer tells its own object from
/// another one's when the answer to its put was lost.
///
/// Errors beside the interface's: io, where the store refuses what this server asks and somebody
/// has to change that; unavailable, where it may pass. Both say what to do.
class S3Store final : public ObjectStore {
 public:
  struct Services {
    Disk& disk;                // of the spool
    std::string spool_folder;  // empty: nothing is put
    const Clock& clock;
    Random& random;
    std::shared_ptr<AwsCredentials> credentials;
  };
  /// Asks nothing of the store. The services outlive it.
  static Result<std::unique_ptr<S3Store>> open(S3Settings settings, Services services);

  Result<std::unique_ptr<ObjectWriter>> create(const std::string& key) override;
  Result<std::string> read(const std::string& key) override;
  Result<std::string> read_range(const std::string& key, std::uint64_t offset,
                                 std::uint64_t bytes) override;
  Result<std::uint64_t> size(const std::string& key) override;
  /// "s3a://bucket/prefix/key"
  std::string uri(const std::string& key) const override;
  Result<void> remove(const std::string& key) override;
  Result<void> for_each_name(const std::string& folder, const EachName& each) override;
  /// Ends uploads in parts that are older than `upload_age_max`, whoever began them.
  Result<void> sweep() override;

 private:
  struct Upload {
    std::string object;
    std::string id;
    std::vector<std::string> etags = {};
  };
  using Headers = std::vector<std::pair<std::string, std::string>>;

  S3Store(S3Settings settings, Services services)
      : settings_(std::move(settings)), services_(std::move(services)) {}
  std::string object_of(const std::string& key) const;
  Headers headers_of_new(const std::string& token) const;
  Result<HttpReply> expect(const S3Call& call, const std::string& doing, int status = 200);
  Result<HttpReply> head(const std::string& key);
  Result<void> put(const std::string& key, Spool& spool, IfThere if_there);
  Result<void> put_at_once(const std::string& key, std::string_view bytes, IfThere if_there);
  Result<void> put_in_parts(const std::string& key, Spool& spool, IfThere if_there);
  Result<void> send_parts(const std::string& key, Spool& spool, Upload& upload);
  Result<void> complete(const std::string& key, const Upload& upload, const std::string& token,
                        IfThere if_there);
  void abort(const Upload& upload);
  Result<void> judge(const std::string& key, const Tried& tried, const std::string& token,
                     IfThere if_there);

  const S3Settings settings_;
  const Services services_;
  std::unique_ptr<S3Client> client_;
  std::unique_ptr<SpoolFolder> spools_;
};

}  // namespace weir::store
