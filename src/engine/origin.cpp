// The time comes first, since it is what "later" means to a person; the rest tells files of one
// millisecond apart. The sequence is that of one partition, so two files may share it: then the
// hash of the key decides, which is as good an order as any, and always the same.

#include "engine/origin.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include <xxhash.h>

#include "engine/engine.hpp"

namespace weir::engine {

namespace {

// From the highest bit: milliseconds 44, sequence 32, hash of the key 20, row 32.
constexpr int key_bits = 20;
constexpr int row_bits = 32;
constexpr int low_sequence_bits = 64 - key_bits - row_bits;
constexpr int high_sequence_bits = 32 - low_sequence_bits;
constexpr std::uint64_t ms_max = (std::uint64_t{1} << 44) - 1;  // in the year 2527

std::uint64_t milliseconds(Time time) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
  return ms < 0 ? 0 : std::min(static_cast<std::uint64_t>(ms), ms_max);
}

}  // namespace

Origin origin_of(const SourceFile& file) {
  const auto sequence = static_cast<std::uint32_t>(file.first_sequence);
  const std::uint64_t key =
      XXH3_64bits(file.name().data(), file.name().size()) & ((std::uint64_t{1} << key_bits) - 1);
  Origin out;
  out.high =
      milliseconds(file.first_received_at) << high_sequence_bits | sequence >> low_sequence_bits;
  out.low = static_cast<std::uint64_t>(sequence) << (key_bits + row_bits) | key << row_bits;
  return out;
}

Origin origin_of(Origin file, std::uint64_t row) {
  file.low |= std::min<std::uint64_t>(row, std::numeric_limits<std::uint32_t>::max());
  return file;
}

Origin file_of(Origin record) {
  record.low &= ~((std::uint64_t{1} << row_bits) - 1);
  return record;
}

Time received_at(Origin record) {
  return Time(std::chrono::milliseconds(record.high >> high_sequence_bits));
}

std::uint64_t row_of(Origin record) {
  return record.low & ((std::uint64_t{1} << row_bits) - 1);
}

}  // namespace weir::engine
