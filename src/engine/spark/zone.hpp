#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir::spark {

/// A time zone by its name, as a cast from text takes it: an offset (`+1`, `-05:30`, `UTC+3`), a
/// region (`America/New_York`, `CET`) or one of Java's short names (`EST`, `IST`). Reading the
/// rules of a region takes long; ask one object for many rows, which keeps the last name.
/// One thread at a time.
class Zones {
 public:
  /// The seconds since 1970 UTC of a local time; nothing for a name that is none. A time that a
  /// clock shows twice is the earlier one, and one it never shows is moved on, as in Java.
  [[nodiscard]] std::optional<std::int64_t> utc_s(std::int64_t local_s, std::string_view name);

 private:
  struct Region;
  struct Drop {
    void operator()(Region* region) const;
  };
  std::string name_;
  std::unique_ptr<Region, Drop> region_;
};

}  // namespace weir::spark
