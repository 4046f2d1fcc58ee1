// Fixed offsets instead of JSON or Avro: it is written once for each payload, and read by Weir.
#include "pipeline/log/kafka/record_head.hpp"

#include "base/bytes.hpp"
#include "base/crc32c.hpp"

namespace weir::log::kafka {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::size_t covered = 18;
constexpr std::size_t bytes_of_head = covered + 4;

}  // namespace

std::string encode(const RecordHead& head) {
  std::string out;
  out.reserve(bytes_of_head);
  append(out, version);
  append(out, static_cast<std::uint8_t>(head.type));
  append(out, head.stream.value);
  append(out, head.lane.value);
  append(out, head.number);
  append(out, crc32c(out));
  return out;
}

Result<RecordHead> decode_record_head(std::string_view bytes) {
  if (bytes.empty()) return fail(Errc::corrupt, "its header \"weir\" is empty");
  const auto written_as = get<std::uint8_t>(bytes.data());
  if (written_as > version)
    return fail(Errc::newer_version, "its header \"weir\" has version " +
                                         std::to_string(written_as) +
                                         "; this weir knows versions up to 1");
  if (bytes.size() != bytes_of_head ||
      crc32c(bytes.substr(0, covered)) != get<std::uint32_t>(bytes.data() + covered))
    return fail(Errc::corrupt, "its header \"weir\" is damaged, or not Weir's");
  const auto type = get<std::uint8_t>(bytes.data() + 1);
  if (type != static_cast<std::uint8_t>(PayloadType::json) &&
      type != static_cast<std::uint8_t>(PayloadType::xml))
    return fail(Errc::corrupt, "its header \"weir\" names no payload type");
  return RecordHead{.stream = {get<std::uint32_t>(bytes.data() + 2)},
                    .type = static_cast<PayloadType>(type),
                    .lane = {get<std::uint32_t>(bytes.data() + 6)},
                    .number = get<std::uint64_t>(bytes.data() + 10)};
}

}  // namespace weir::log::kafka
