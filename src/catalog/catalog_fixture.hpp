#pragma once

#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "catalog/catalog.hpp"
#include "catalog/places_fixture.hpp"

/// What tests that stand on a catalog share: a clock they turn, randomness they can repeat, and a
/// catalog of their own on either database (TestPlaces).
namespace weir::catalog {

class TurnedClock final : public Clock {
 public:
  Time now() const override { return now_; }
  void turn(std::chrono::microseconds by) { now_ += by; }

 private:
  Time now_ = *parse_time("2027-03-02T08:00:00Z");
};

class SeededRandom final : public Random {
 public:
  void fill(std::span<char> out) override {
    const std::lock_guard lock(mutex_);
    for (char& c : out)
      c = static_cast<char>(engine_());
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_{20270302};
};

class CatalogTest : public ::testing::Test {
 protected:
  using Run = catalog::Run;  // gtest has a private one

  CatalogTest() : catalog_(open(places_.fresh())) {
    acme_ = catalog_->tenants().add("acme")->no;
    rival_ = catalog_->tenants().add("rival")->no;
  }

  std::unique_ptr<Catalog> open(const std::string& path) {
    auto opened = Catalog::open(path, clock_, random_);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? *std::move(opened) : nullptr;
  }

  Stream add_stream(std::uint32_t tenant_no, std::optional<PayloadType> type = std::nullopt) {
    return catalog_->streams().add(tenant_no, {"Web events", "From the shop", type, false}).value();
  }

  TestPlaces places_;
  TurnedClock clock_;
  SeededRandom random_;
  std::unique_ptr<Catalog> catalog_;
  std::uint32_t acme_ = 0;
  std::uint32_t rival_ = 0;
};

template <class T>
Errc code_of(const Result<T>& result) {
  EXPECT_FALSE(result) << "an error was expected";
  return result ? Errc::internal : result.error().code;
}

template <class T>
std::string message_of(const Result<T>& result) {
  return result ? "no error" : result.error().message;
}

}  // namespace weir::catalog
