#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/result.hpp"
#include "engine/spark/joda_pattern.hpp"

namespace weir::spark {

/// How a feed writes its dates and times (spec/feeds.md 5): a Joda pattern, or `epoch_s` and
/// `epoch_ms`, numbers of seconds and milliseconds since 1970 UTC, which may have a fraction.
/// Immutable; any threads.
class DateFormat {
 public:
  /// bad_request names what cannot be read and its place.
  static Result<DateFormat> parse(std::string_view format);
  /// nullopt: the text does not fit exactly. Blanks at its ends do not count.
  [[nodiscard]] std::optional<WrittenMoment> read(std::string_view text, int this_year) const;

 private:
  enum class Epoch : std::uint8_t { seconds, milliseconds };
  explicit DateFormat(std::variant<Epoch, JodaPattern> form) : form_(std::move(form)) {}
  std::variant<Epoch, JodaPattern> form_;
};

}  // namespace weir::spark
