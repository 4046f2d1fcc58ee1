#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

/// Whatever converts reads back as one record, and nothing else is left of what does not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static weir::xml::Converter converter;
  std::string bytes;
  weir::xml::append_record_head(bytes, {"receipt", weir::Time{}, "application/xml"});
  const std::size_t head = bytes.size();
  if (!converter.convert({reinterpret_cast<const char*>(data), size}, bytes)) {
    WEIR_ASSERT(bytes.size() == head);
    return 0;
  }
  weir::xml::PackReader reader(bytes);
  const auto record = reader.next();
  WEIR_ASSERT(record && record->has_value());
  WEIR_ASSERT((*record)->payload.members.size() == 1);
  const auto end = reader.next();
  WEIR_ASSERT(end && !end->has_value());
  return 0;
}
