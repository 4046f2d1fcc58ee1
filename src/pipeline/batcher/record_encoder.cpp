#include "pipeline/batcher/record_encoder.hpp"

#include "base/receipt.hpp"
#include "xml/ingest_pack.hpp"

namespace weir::batcher {

Result<std::string_view> RecordEncoder::encode(const log::Record& record) {
  bytes_.clear();
  switch (record.type) {
    case PayloadType::json:
      WEIR_CHECK(append_json(record));
      return std::string_view(bytes_);
    case PayloadType::xml:
      WEIR_CHECK(append_xml(record));
      return std::string_view(bytes_);
  }
  return fail(Errc::bad_request, "the payload is neither JSON nor XML");
}

/// The gateway minified it. A body with a line break would become two records.
Result<void> RecordEncoder::append_json(const log::Record& record) {
  if (record.body.empty() || record.body.find('\n') != std::string_view::npos) {
    return fail(Errc::bad_request, "the JSON payload is not one line; send it again");
  }
  bytes_.append(record.body);
  bytes_.push_back('\n');
  return {};
}

Result<void> RecordEncoder::append_xml(const log::Record& record) {
  const Receipt receipt = encode_receipt(record.address);
  xml::append_record_head(bytes_, {view(receipt), record.received_at, "application/xml"});
  return converter_.convert(record.body, bytes_);
}

}  // namespace weir::batcher
