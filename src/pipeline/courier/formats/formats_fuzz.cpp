// Whatever is in a file: reading it ends, within its bounds, and what it tells does not depend on
// how the bytes came. Records of delimited files are JSON objects.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/assert.hpp"
#include "pipeline/courier/formats/archive_members.hpp"
#include "pipeline/courier/formats/convert.hpp"
#include "pipeline/courier/formats/test_records.hpp"

namespace {

using namespace weir::courier;  // NOLINT(google-build-using-namespace)

Records read(const LandAs& land_as, const std::string& bytes, std::size_t piece) {
  Records records;
  MemoryBytes source(bytes, piece);
  UnpackBudget budget(bytes.size());
  if (!convert(land_as, source, budget, records)) records.unreadables.emplace_back("an error");
  return records;
}

void read_archive_of(const std::string& bytes) {
  MemoryBytes source(bytes, 512);
  UnpackBudget budget(bytes.size());
  const auto done = read_archive(
      source, budget, [](const std::string& path, ByteSource& member) -> weir::Result<void> {
        WEIR_ASSERT(!path.starts_with('/'));
        while (true) {
          WEIR_TRY(const std::string_view piece, member.next());
          if (piece.empty()) return {};
        }
      });
  WEIR_ASSERT(done || !done.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  LandAs land_as{.tag = "t",
                 .type = static_cast<ContentType>(data[0] % 7),
                 .header = (data[1] & 1U) != 0,
                 .separator = (data[1] & 2U) != 0 ? "\xC2\xA7" : ",",
                 .escape = (data[1] & 4U) != 0 ? "\"" : "\\",
                 .multiline = (data[1] & 8U) != 0,
                 .row_tag = (data[1] & 16U) != 0 ? "row" : ""};
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (data[0] >= 200) {
    read_archive_of(bytes);
    return 0;
  }
  const Records whole = read(land_as, bytes, size);
  const Records cut = read(land_as, bytes, 1 + data[1] % 13);
  WEIR_ASSERT(whole.records == cut.records);
  WEIR_ASSERT(whole.unreadables == cut.unreadables);
  if (is_delimited(land_as.type))
    for (const std::string& record : whole.records)
      WEIR_ASSERT(boost::json::parse(record).is_object());
  return 0;
}
