#pragma once

#include <functional>
#include <string>
#include <utility>

#include "pipeline/store/object_store.hpp"
#include "pipeline/store/remote/spool.hpp"

namespace weir::store {

/// A writer that keeps an object's bytes in a spool and hands them over as a whole.
class SpooledWriter final : public ObjectWriter {
 public:
  using Send = std::function<Result<void>(const std::string& key, Spool& spool, IfThere if_there)>;
  /// The folder outlives it.
  SpooledWriter(SpoolFolder& folder, std::string key, Send send)
      : key_(std::move(key)), spool_(folder), send_(std::move(send)) {}

  Result<void> write(std::string_view bytes) override {
    WEIR_CHECK(check_usable());
    auto written = spool_.write(bytes);
    is_spent_ = !written;
    if (!written) return fail_while("writing " + key_, std::move(written).error());
    return {};
  }

  Result<void> publish(IfThere if_there) override {
    WEIR_CHECK(check_usable());
    is_spent_ = true;
    return send_(key_, spool_, if_there);
  }

 private:
  Result<void> check_usable() const {
    if (!is_spent_) return {};
    return fail(Errc::internal, "the writer of " + key_ + " is spent: create the object again");
  }

  const std::string key_;
  Spool spool_;
  const Send send_;
  bool is_spent_ = false;
};

}  // namespace weir::store
