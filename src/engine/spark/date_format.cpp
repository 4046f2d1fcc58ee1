// An epoch is read by the one reader of decimals, so that it may be written as a number of any form
// (1.7e9) and keeps its microseconds, which a double would round.
#include "engine/spark/date_format.hpp"

#include <limits>

#include "engine/spark/decimal_text.hpp"
#include "engine/spark/text_trim.hpp"

namespace weir::spark {

Result<DateFormat> DateFormat::parse(std::string_view format) {
  if (format == "epoch_s") return DateFormat(Epoch::seconds);
  if (format == "epoch_ms") return DateFormat(Epoch::milliseconds);
  WEIR_TRY(auto pattern, JodaPattern::parse(format));
  return DateFormat(std::move(pattern));
}

std::optional<WrittenMoment> DateFormat::read(std::string_view text, int this_year) const {
  text = trim_all(text);
  if (const auto* pattern = std::get_if<JodaPattern>(&form_)) return pattern->read(text, this_year);
  const bool in_seconds = std::get<Epoch>(form_) == Epoch::seconds;
  constexpr int digits_of_64_bits = 19;
  const auto us = decimal_from_text(text, digits_of_64_bits, in_seconds ? 6 : 3);
  if (!us || *us > std::numeric_limits<std::int64_t>::max() ||
      *us < std::numeric_limits<std::int64_t>::min())
    return std::nullopt;
  const auto moment = static_cast<std::int64_t>(*us);
  const std::int64_t days = floor_div(moment, day_us);
  const auto day = day_in_range(days);
  if (!day || !moment_of(moment, 1)) return std::nullopt;
  return WrittenMoment{day->days, moment - days * day_us, 0};
}

}  // namespace weir::spark
