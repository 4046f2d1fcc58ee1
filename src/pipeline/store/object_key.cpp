#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <optional>

#include "pipeline/store/object_store.hpp"

namespace weir::store {
namespace {

/// "08-0000-"
std::string start_of(int hour, PartitionNo partition) {
  char start[16];
  std::snprintf(start, sizeof start, "%02d-%04x-", hour, unsigned{partition.value});
  return start;
}

/// "08-0000-0000000000000001-0000002a"
std::string place_of(const BatchName& name) {
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, "%016" PRIx64 "-%08" PRIx64, name.first_sequence.value,
                name.claim);
  return start_of(name.hour, name.partition) + numbers;
}

/// Takes a number in hexadecimal digits off the front; nullopt where none stands there.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

std::string object_key(const BatchName& name) {
  const char* extension = name.type == PayloadType::json ? ".ndjson" : ".cbor";
  return "ingest/stream/" + name.tenant + "/" + name.stream_id + "/" + to_string(name.day) + "/" +
         place_of(name) + extension;
}

bool is_of_earlier_claim(std::string_view name, int hour, PartitionNo partition,
                         std::uint64_t claim) {
  const std::string start = start_of(hour, partition);
  if (!name.starts_with(start)) return false;
  name.remove_prefix(start.size());
  if (!take_number(name)) return false;
  std::uint64_t of = 0;
  if (name.starts_with('-')) {
    name.remove_prefix(1);
    const auto number = take_number(name);
    if (!number) return false;
    of = *number;
  }
  return of < claim && (name == ".ndjson" || name == ".cbor" || name == ".index");
}

std::string quarantine_key(const BatchName& name) {
  return std::string(quarantine_folder) + "/" + name.tenant + "/" + name.stream_id + "/" +
         to_string(name.day) + "-" + place_of(name);
}

}  // namespace weir::store
