#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "control/control_api.hpp"
#include "control/init.hpp"
#include "control/sign_ins.hpp"
#include "engine/test_engine.hpp"

namespace weir::control {

/// A control API with one object of every kind, to be called with arbitrary bodies. Used by the
/// fuzzer and by the unit test that runs a short part of it each time.
class FuzzWorld {
 public:
  FuzzWorld() {
    catalog_ = catalog::Catalog::open(":memory:", clock_, random_).value();
    token_ = initialise(*catalog_, "acme", clock_, random_)->admin_token;
    api_ = std::make_unique<ControlApi>(services());
    const auto tenant = catalog_->tenants().find("acme")->no;
    const auto key = catalog_->keys().add(tenant, "k", {"datagrid:operate"})->id;
    const auto stream = catalog_->streams().add(tenant, {"s", "", std::nullopt, false})->id;
    const auto query = catalog_->ingest_queries().add(tenant, {"", 0, "q", "", "SELECT 1", {}})->id;
    catalog::Feed feed;
    feed.source = "s";
    feed.name = "f";
    feed.fields = {{.name = "id", .type = "string"}};
    feed.primary_key = {"id"};
    const auto feed_id = catalog_->feeds().add(tenant, feed)->id;
    catalog::Courier courier;
    courier.name = "c";
    const auto courier_id = catalog_->couriers().add(tenant, courier)->id;
    const auto alert = catalog_->alerts().add(tenant, {.name = "a"})->endpoint.id;
    requests_ = {{"POST", "/api/v0/admin/api-keys"},
                 {"POST", "/api/v0/admin/api-keys/" + key + "/tokens"},
                 {"POST", "/api/v0/admin/api-keys/" + key + "/revoke"},
                 {"POST", "/api/v0/streams"},
                 {"POST", "/api/v0/streams/" + stream + "/flush"},
                 {"POST", "/api/v0/ingest-queries"},
                 {"PUT", "/api/v0/ingest-queries/" + query},
                 {"POST", "/api/v0/ingest-queries/preview"},
                 {"POST", "/api/v0/feeds"},
                 {"POST", "/api/v0/feeds/draft"},
                 {"PATCH", "/api/v0/feeds/" + feed_id},
                 {"POST", "/api/v0/feeds/" + feed_id + "/activate"},
                 {"POST", "/api/v0/feeds/" + feed_id + "/copy"},
                 {"POST", "/api/v0/feeds/" + feed_id + "/load"},
                 {"POST", "/api/v0/tables/s:f/delete-rows"},
                 {"POST", "/api/v0/tables/s:f/rename"},
                 {"POST", "/api/v0/couriers"},
                 {"PUT", "/api/v0/couriers/" + courier_id},
                 {"POST", "/api/v0/couriers/" + courier_id + "/runs"},
                 {"POST", "/api/v0/query"},
                 {"POST", "/api/v0/alerts"},
                 {"PUT", "/api/v0/alerts/" + alert}};
  }

  int send(std::uint8_t route, const std::string& body) {
    const auto& [method, path] = requests_[route % requests_.size()];
    http::Request request;
    request.method = method;
    request.path = path;
    request.headers["authorization"] = "Bearer " + token_;
    request.body = body;
    return api_->handle(request).status;
  }
  std::size_t routes() const { return requests_.size(); }

 private:
  class StillClock final : public Clock {
   public:
    Time now() const override { return *parse_time("2027-03-02T08:00:00Z"); }
  };
  class SeededRandom final : public Random {
   public:
    void fill(std::span<char> out) override {
      for (char& c : out)
        c = static_cast<char>(engine_());
    }

   private:
    std::mt19937_64 engine_{1};
  };
  class EmptyEngine final : public engine::TestEngine {
   public:
    Result<engine::LoadCounts> load(const engine::Load&) override { return engine::LoadCounts{}; }
    Result<void> create_table(const engine::Load&) override { return {}; }
    Result<void> rename_table(const std::string&, const std::string&, const std::string&) override {
      return {};
    }
    Result<engine::RemovedRows> remove_rows(const engine::Removal&) override {
      return engine::RemovedRows{};
    }
    Result<void> check(const std::string&) override { return {}; }
    Result<engine::Table> preview(const std::vector<engine::Source>&, const std::string&,
                                  const std::string&, const engine::ReadLimits&) override {
      return engine::Table{};
    }
    Result<engine::Table> query(const std::string&, const std::string&,
                                const engine::ReadLimits&) override {
      return engine::Table{};
    }
    Result<std::vector<engine::TableInfo>> tables(const std::string&) override {
      return std::vector<engine::TableInfo>();
    }
  };

  Services services() {
    return {
        .catalog = *catalog_,
        .engine = engine_,
        .clock = clock_,
        .random = random_,
        .queries = queries_,
        .query_time_max = std::chrono::seconds(30),
        .sign_ins = sign_ins_,
        .token_life_max = std::chrono::days(0),
        .flush = [](StreamNo) -> Result<std::vector<catalog::Batch>> {
          return std::vector<catalog::Batch>();
        },
        .wake_runs = [] {},
        .check_feed = [](const catalog::Feed&) { return Result<void>(); },
        .check_courier = [](std::uint32_t, const catalog::Courier&) { return Result<void>(); },
        .validate_courier = [](std::uint32_t, const catalog::Courier&) { return Result<void>(); },
        .check_alert = [](const catalog::AlertEndpoint&) { return Result<void>(); },
        .file_uri = [](const std::string& path) { return path; },
        .read_file = [](const std::string&, std::uint64_t, std::uint64_t) -> Result<std::string> {
          return R"({"id":1})";
        },
        .base_url = [](const http::Request&) { return std::string(); },
        .ingest_url = [](const http::Request&, const std::string&) { return std::string(); },
        .domain = "",
        .ready = [] { return Result<void>(); },
        .metrics = [] { return std::string(); },
        .locate = [](const catalog::Batch&, Sequence) { return batcher::ByteRange{}; },
        .records = [](const catalog::Batch&, std::uint64_t,
                      std::uint64_t) { return batcher::RecordPage{}; },
        .try_payload = [](const catalog::StreamView&, const std::string&,
                          const std::string&) { return TriedPayload{}; },
        .next_sequence = [](const Address&) { return Sequence{1}; },
        .waiting = [](StreamNo, std::size_t) { return batcher::WaitingRecords(); },
        .waiting_record = [](const Address&) { return std::nullopt; },
        .replay = [](const Address& of, PayloadType, const std::string&,
                     const std::string&) -> Result<Address> {
          return Address{of.stream, of.partition, Sequence{1}};
        },
        .quarantined_body = [](const catalog::Quarantined&) { return std::string(); },
        .settle_quarantined = [](std::uint32_t, const Address&, catalog::QuarantineState,
                                 std::optional<Sequence>) { return Result<void>(); },
        .check_conservation = [] { return batcher::ConservationReport{}; },
        .health_checks = [] { return std::vector<HealthCheck>(); },
        .metrics_token = {},
        .data_directory = {}};
  }

  StillClock clock_;
  SeededRandom random_;
  EmptyEngine engine_;
  QueryGate queries_{4};
  SignIns sign_ins_{clock_, {}, "first-code"};
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<ControlApi> api_;
  std::string token_;
  std::vector<std::pair<std::string, std::string>> requests_;
};

}  // namespace weir::control
