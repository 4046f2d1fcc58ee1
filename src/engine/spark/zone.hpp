#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir::spark {

/// The zone of an xs:date in seconds east of UTC: Z or +hh:mm, to 18 hours, and nothing shorter, so
/// that the end of 2024-01-15-10 is none.
[[nodiscard]] std::optional<std::int32_t> xml_zone_s(std::string_view text);

/// A time zone by name, as a cast from text takes it: an offset (`+1`, `-05:30`, `UTC+3`), a region
/// (`America/New_York`, `CET`) or one of Java's short names (`EST`, `IST`). Loading a region's
/// rules is slow, and an object keeps those of the last name: use one object for many rows. Used by
/// one thread at a time.
class Zones {
 public:
  /// The seconds since 1970 UTC of a local time; nullopt for an unknown name. As in Java, a local
  /// time that occurs twice means the earlier one, and one that never occurs is moved forward.
  [[nodiscard]] std::optional<std::int64_t> utc_s(std::int64_t local_s, std::string_view name);
  /// The local time of a moment; nullopt for an unknown name.
  [[nodiscard]] std::optional<std::int64_t> local_s(std::int64_t utc_s, std::string_view name);
  /// utc_s() by an id of the time zone database (`Europe/London`, `EST5EDT`), as Joda-Time has it:
  /// nullopt for a local time that never occurs.
  [[nodiscard]] std::optional<std::int64_t> region_utc_s(std::int64_t local_s, std::string_view id);
  [[nodiscard]] bool is_region(std::string_view id);

 private:
  struct Region;
  const Region& region(std::string_view name);
  /// Seconds east of UTC of a name that is an offset, however it is written.
  [[nodiscard]] static std::optional<std::optional<std::int32_t>> fixed_s(std::string_view& name);
  struct Drop {
    void operator()(Region* region) const;
  };
  std::string name_;
  std::unique_ptr<Region, Drop> region_;
};

}  // namespace weir::spark
