#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.hpp"
#include "pipeline/courier/courier_fixture.hpp"
#include "pipeline/courier/files/fake_folder.hpp"

/// What tests of file couriers share: a folder and a store of memory.
namespace weir::courier {

/// Objects of memory.
class MemoryStore final : public FakeStore {
 public:
  class Writer final : public store::ObjectWriter {
   public:
    Writer(MemoryStore& store, std::string key) : store_(store), key_(std::move(key)) {}
    Result<void> write(std::string_view bytes) override {
      bytes_ += bytes;
      return {};
    }
    Result<void> publish(store::IfThere) override {
      store_.objects[key_] = bytes_;
      return {};
    }

   private:
    MemoryStore& store_;
    std::string key_;
    std::string bytes_;
  };
  Result<std::unique_ptr<store::ObjectWriter>> create(const std::string& key) override {
    if (fail_at == ++created) return weir::fail(Errc::io, "the disk is full");
    return std::make_unique<Writer>(*this, key);
  }

  std::map<std::string, std::string> objects;
  int created = 0;
  int fail_at = 0;
};

/// A folder that a test holds, opened for a courier.
class Opened final : public Folder {
 public:
  explicit Opened(const Folder& folder) : folder_(folder) {}
  Result<std::vector<Entry>> list(const std::string& path, std::size_t max) const override {
    return folder_.list(path, max);
  }
  Result<std::unique_ptr<ForeignFile>> open(const std::string& path) const override {
    return folder_.open(path);
  }

 private:
  const Folder& folder_;
};

class LandingTest : public CourierTest {
 protected:
  LandingTest() { folder_.files["readme"] = ""; }

  static std::string entry(const std::string& pattern, const std::string& tag,
                           const std::string& type, const std::string& more = "",
                           bool optional = false) {
    return R"({"object/type":"file","object/file-pattern":")" + pattern +
           R"(","object/optional":)" + (optional ? "true" : "false") +
           R"(,"object/land-as":{"file/tag":")" + tag + R"(","file/content-type":")" + type + "\"" +
           more + "}}";
  }
  catalog::Courier files(const std::string& settings, const std::string& operations = "{}") {
    catalog::Courier courier;
    courier.tenant_no = tenant_;
    courier.name = "drop";
    courier.load_settings = "[" + settings + "]";
    courier.load_operations = operations;
    return courier;
  }
  std::string csv() {
    return entry("'orders_'yyyy-MM-dd'.csv'", "orders", "text/csv", R"(,"file/header-rows":1)");
  }
  std::string load(const catalog::Feed& feed, const std::string& tag) {
    return R"({")" + feed.id + R"(":[{"type":"load","file":")" + tag + R"("}]})";
  }

  /// Runs what is scheduled.
  catalog::Run execute(const catalog::Run& run) {
    Runner runner(*catalog_, engine_, store_, clock_,
                  {.owner = "test", .open_folder = [this](const std::string& tenant, const auto&) {
                     EXPECT_EQ(tenant, "acme");
                     return Result<std::unique_ptr<Folder>>(std::make_unique<Opened>(folder_));
                   }});
    EXPECT_TRUE(runner.run_next().value());
    return catalog_->runs().find(tenant_, run.id).value();
  }
  catalog::Run again(const std::string& courier_id, const catalog::RunRange& range,
                     bool skip_missing = false) {
    catalog::Run run;
    run.courier_id = courier_id;
    run.name = "again";
    run.range = range;
    run.skip_missing = skip_missing;
    return execute(catalog_->runs().add(tenant_, run).value());
  }
  catalog::RunRange days(const char* from, const char* to) { return {day(from), day(to)}; }
  std::string land_detail(const catalog::Run& run) {
    return catalog_->runs().tasks(run.id)->at(0).detail;
  }
  /// The content of the batch files that the nth load read under its nth source.
  std::string loaded(std::size_t load, std::size_t source = 0) {
    std::string all;
    for (const auto& file : engine_.loads.at(load).operations.at(0).sources.at(source).files) {
      EXPECT_EQ(sha256_hex(store_.objects.at(file.key)), file.sha256);
      EXPECT_EQ(store_.objects.at(file.key).size(), file.bytes);
      all += store_.objects.at(file.key);
    }
    return all;
  }

  MemoryFolder folder_;
  MemoryStore store_;
};

}  // namespace weir::courier
