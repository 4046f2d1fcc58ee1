#pragma once

#include <string>

#include "pipeline/courier/formats/byte_source.hpp"
#include "pipeline/courier/formats/text_source.hpp"

namespace weir::courier {

/// Rows of an XML document: each element named `row_tag`, at any depth and not inside another one,
/// is a record. The document around them is not looked at, so that a row that is not well-formed,
/// or over limits::record_bytes_max, is unreadable and costs itself only. A row does not see what
/// is declared outside of it: namespaces stay prefixes, and of entities the five predefined ones
/// are known. bad_request where more than a hundred rows have no end.
Result<void> read_xml_rows(const std::string& row_tag, TextSource& text, RecordSink& sink);

/// The whole document as one record.
Result<void> read_xml_document(ByteSource& bytes, RecordSink& sink);

/// The records of `application/ingest-pack+cbor`: their payloads. too_large over
/// limits::cbor_bytes_max.
Result<void> read_pack(ByteSource& bytes, RecordSink& sink);

}  // namespace weir::courier
