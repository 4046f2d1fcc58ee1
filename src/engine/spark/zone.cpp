// ICU has the rules of all regions beyond the last year of a zone file and before the first, which
// the date library (3.0) lacks. Offsets are read here, because their grammar is Java's.
#include "engine/spark/zone.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <unicode/basictz.h>
#include <unicode/timezone.h>

namespace weir::spark {

namespace {

constexpr int offset_max_s = 18 * 3600;

// Java's ZoneId.SHORT_IDS.
constexpr std::array<std::pair<std::string_view, std::string_view>, 28> short_names{
    {{"ACT", "Australia/Darwin"},
     {"AET", "Australia/Sydney"},
     {"AGT", "America/Argentina/Buenos_Aires"},
     {"ART", "Africa/Cairo"},
     {"AST", "America/Anchorage"},
     {"BET", "America/Sao_Paulo"},
     {"BST", "Asia/Dhaka"},
     {"CAT", "Africa/Harare"},
     {"CNT", "America/St_Johns"},
     {"CST", "America/Chicago"},
     {"CTT", "Asia/Shanghai"},
     {"EAT", "Africa/Addis_Ababa"},
     {"ECT", "Europe/Paris"},
     {"IET", "America/Indiana/Indianapolis"},
     {"IST", "Asia/Kolkata"},
     {"JST", "Asia/Tokyo"},
     {"MIT", "Pacific/Apia"},
     {"NET", "Asia/Yerevan"},
     {"NST", "Pacific/Auckland"},
     {"PLT", "Asia/Karachi"},
     {"PNT", "America/Phoenix"},
     {"PRT", "America/Puerto_Rico"},
     {"PST", "America/Los_Angeles"},
     {"SST", "Pacific/Guadalcanal"},
     {"VST", "Asia/Ho_Chi_Minh"},
     {"EST", "-05:00"},
     {"MST", "-07:00"},
     {"HST", "-10:00"}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Two digits, or one where `one` allows it.
std::optional<int> number(std::string_view& text, bool one) {
  std::size_t count = 0;
  while (count < 2 && count < text.size() && is_digit(text[count]))
    ++count;
  if (count == 0 || (count == 1 && !one)) return std::nullopt;
  const int value = count == 1 ? text[0] - '0' : (text[0] - '0') * 10 + (text[1] - '0');
  text.remove_prefix(count);
  return value;
}

/// +h, +hh, +hmm is none, +hhmm, +h:mm, +hh:m, +hh:mm and +hh:mm:ss: what Java reads, and what
/// Spark makes of one digit before it.
std::optional<int> offset_s(std::string_view text) {
  const bool west = text.starts_with('-');
  text.remove_prefix(1);
  const bool one_digit = text.size() == 1 || (text.size() > 1 && text[1] == ':');
  const auto hours = number(text, one_digit);
  if (!hours) return std::nullopt;
  int rest_s = 0;
  const bool colons = text.starts_with(':');
  for (const int unit_s : {60, 1}) {
    if (text.empty()) break;
    if (colons && !text.starts_with(':')) return std::nullopt;
    if (colons) text.remove_prefix(1);
    const auto part = number(text, colons && unit_s == 60 && text.size() == 1);
    if (!part || *part > 59) return std::nullopt;
    rest_s += *part * unit_s;
  }
  const int whole = *hours * 3600 + rest_s;
  if (!text.empty() || whole > offset_max_s) return std::nullopt;
  return west ? -whole : whole;
}

bool is_region_name(std::string_view name) {
  return name.size() >= 2 && std::all_of(name.begin(), name.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("/_+-~.").find(c) != std::string_view::npos;
         });
}

/// Names that ICU has beyond the time zone database.
bool is_of_icu_alone(std::string_view name) {
  return std::any_of(short_names.begin(), short_names.begin() + 25,
                     [name](const auto& known) { return known.first == name; }) ||
         name.starts_with("SystemV/") || name == "Etc/Unknown";
}

}  // namespace

std::optional<std::int32_t> xml_zone_s(std::string_view text) {
  if (text == "Z") return 0;
  const bool is_offset = text.size() == std::string_view("+hh:mm").size() &&
                         (text[0] == '+' || text[0] == '-') && text[3] == ':';
  return is_offset ? offset_s(text) : std::nullopt;
}

struct Zones::Region {
  std::unique_ptr<icu::TimeZone> zone;  // null: there is no such region
  bool is_listed = false;               // an id of the time zone database
};

namespace {

/// As in Java, a local time that occurs twice is the earlier one, and one that never occurs is
/// moved forward.
std::optional<std::int64_t> utc_in(const icu::TimeZone* zone, std::int64_t local_s) {
  const auto* rules = dynamic_cast<const icu::BasicTimeZone*>(zone);
  if (rules == nullptr) return std::nullopt;
  std::int32_t standard_ms = 0;
  std::int32_t saving_ms = 0;
  UErrorCode status = U_ZERO_ERROR;
  rules->getOffsetFromLocal(static_cast<double>(local_s) * 1000.0, UCAL_TZ_LOCAL_FORMER,
                            UCAL_TZ_LOCAL_FORMER, standard_ms, saving_ms, status);
  if (U_FAILURE(status)) return std::nullopt;
  return local_s - (standard_ms + saving_ms) / 1000;
}

std::optional<std::int64_t> offset_at(const icu::TimeZone* zone, std::int64_t utc_s) {
  if (zone == nullptr) return std::nullopt;
  std::int32_t standard_ms = 0;
  std::int32_t saving_ms = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone->getOffset(static_cast<double>(utc_s) * 1000.0, 0, standard_ms, saving_ms, status);
  if (U_FAILURE(status)) return std::nullopt;
  return (standard_ms + saving_ms) / 1000;
}

}  // namespace

void Zones::Drop::operator()(Region* region) const {
  delete region;
}

std::optional<std::optional<std::int32_t>> Zones::fixed_s(std::string_view& name) {
  if (name == "Z" || name == "UTC" || name == "GMT" || name == "UT") return 0;
  for (const auto& [known, meant] : short_names) {
    if (known == name) name = meant;
  }
  std::string_view offset = name;
  for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (!name.starts_with(prefix)) continue;
    offset.remove_prefix(prefix.size());
    break;
  }
  if (!offset.starts_with('+') && !offset.starts_with('-')) return std::nullopt;
  return std::optional<std::optional<std::int32_t>>(std::in_place, offset_s(offset));
}

std::optional<std::int64_t> Zones::utc_s(std::int64_t local_s, std::string_view name) {
  if (const auto fixed = fixed_s(name))
    return *fixed ? std::optional(local_s - **fixed) : std::nullopt;
  return utc_in(region(name).zone.get(), local_s);
}

std::optional<std::int64_t> Zones::local_s(std::int64_t utc_s, std::string_view name) {
  if (const auto fixed = fixed_s(name))
    return *fixed ? std::optional(utc_s + **fixed) : std::nullopt;
  const auto offset = offset_at(region(name).zone.get(), utc_s);
  return offset ? std::optional(utc_s + *offset) : std::nullopt;
}

std::optional<std::int64_t> Zones::region_utc_s(std::int64_t local_s, std::string_view id) {
  const Region& found = region(id);
  const auto utc_s = found.is_listed ? utc_in(found.zone.get(), local_s) : std::nullopt;
  if (!utc_s) return std::nullopt;
  return offset_at(found.zone.get(), *utc_s) == local_s - *utc_s ? utc_s : std::nullopt;
}

bool Zones::is_region(std::string_view id) {
  return region(id).is_listed;
}

const Zones::Region& Zones::region(std::string_view name) {
  if (region_ && name_ == name) return *region_;
  name_ = name;
  region_.reset(new Region);
  if (!is_region_name(name)) return *region_;
  const auto id =
      icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int>(name.size())));
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(id));
  if (!zone || *zone == icu::TimeZone::getUnknown()) return *region_;
  region_->zone = std::move(zone);
  icu::UnicodeString canonical;
  UBool is_known = 0;
  UErrorCode status = U_ZERO_ERROR;
  icu::TimeZone::getCanonicalID(id, canonical, is_known, status);
  region_->is_listed = U_SUCCESS(status) && is_known != 0 && !is_of_icu_alone(name);
  return *region_;
}

}  // namespace weir::spark
