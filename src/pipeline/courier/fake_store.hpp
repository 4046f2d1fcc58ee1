#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/store/object_store.hpp"

namespace weir::courier {

/// A store of which a courier asks for nothing but where its files are.
class FakeStore : public store::ObjectStore {
 public:
  Result<std::unique_ptr<store::ObjectWriter>> create(const std::string&) override {
    return fail(Errc::internal, "not asked for");
  }
  Result<std::string> read(const std::string&) override {
    return fail(Errc::internal, "not asked for");
  }
  std::string uri(const std::string& key) const override { return "store/" + key; }
  Result<void> remove(const std::string&) override { return {}; }
  Result<std::uint64_t> size(const std::string&) override { return 0; }
  Result<void> for_each_name(const std::string&, const EachName&) override { return {}; }
  Result<void> sweep() override { return {}; }
};

}  // namespace weir::courier
