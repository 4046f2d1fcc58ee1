#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace weir {

/// Each kind of number is a type of its own, so that the compiler catches a mix-up.
template <class Tag, class Value>
struct Number {
  Value value{};
  constexpr auto operator<=>(const Number&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// The catalog's small number of a stream (its `is-...` id is text); never reused. Starts at 1.
using StreamNo = Number<struct StreamNoTag, std::uint32_t>;
/// A log partition. Those of the embedded log are numbered from 0, those of a Kafka topic from
/// first_kafka_partition (docs/decisions/0021-what-an-address-is.md).
using PartitionNo = Number<struct PartitionNoTag, std::uint16_t>;
inline constexpr std::uint16_t first_kafka_partition = 0x1000;
inline constexpr std::uint16_t last_kafka_partition = 0x1FFF;
/// A record's place in its stream within one partition, from 1. Places grow. Where the partition
/// is gapless they are 1, 2, 3, ...; nothing may count records by them where it is not.
using Sequence = Number<struct SequenceTag, std::uint64_t>;
constexpr bool is_gapless(PartitionNo partition) {
  return partition.value < first_kafka_partition || partition.value > last_kafka_partition;
}
/// A place in a partition's log where reading can resume; it only grows. What its number counts
/// (bytes, offsets) only the log knows: nothing else subtracts two of them.
using Lsn = Number<struct LsnTag, std::uint64_t>;
/// Who accepted a record, and counts what it accepts: one start of a gateway. 0 is the embedded
/// log, whose numbers are its sequences.
using LaneNo = Number<struct LaneNoTag, std::uint32_t>;

/// Identifies a record for its whole life: in the log, in a batch file, and as the origin of a row.
struct Address {
  StreamNo stream;
  PartitionNo partition;
  Sequence sequence;
  constexpr auto operator<=>(const Address&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// Prefixes of public ids (spec/vocabulary.md 4).
namespace id_prefix {
inline constexpr std::string_view stream = "is-";
inline constexpr std::string_view api_key = "tak-";
inline constexpr std::string_view feed = "df-";
inline constexpr std::string_view courier = "cr-";
inline constexpr std::string_view courier_group = "cg-";
inline constexpr std::string_view ingest_query = "iq-";
inline constexpr std::string_view workflow_run = "wf-";
inline constexpr std::string_view workflow_task = "wft-";
}  // namespace id_prefix

}  // namespace weir

template <class Tag, class Value>
struct std::hash<weir::Number<Tag, Value>> {
  std::size_t operator()(const weir::Number<Tag, Value>& n) const noexcept {
    return std::hash<Value>{}(n.value);
  }
};
