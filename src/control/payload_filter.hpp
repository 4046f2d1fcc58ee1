#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/payload.hpp"
#include "base/result.hpp"

namespace weir::control {

/// Which payloads a tail shows (spec/live.md 3): `total > 100`, `customer.email = kim@example.org`,
/// `order_id ~ A-10`, or a text that stands somewhere in the payload. Used by one thread.
class PayloadFilter {
 public:
  /// Empty: all. bad_request says what is wrong with it.
  static Result<PayloadFilter> parse(const std::string& text);
  PayloadFilter(PayloadFilter&&) noexcept;
  PayloadFilter& operator=(PayloadFilter&&) noexcept;
  ~PayloadFilter();

  bool is_empty() const { return rule_ == nullptr; }
  /// A comparison of a field holds for JSON payloads only.
  bool matches(PayloadType type, std::string_view body);

 private:
  struct Rule;
  PayloadFilter();
  std::unique_ptr<Rule> rule_;
};

}  // namespace weir::control
