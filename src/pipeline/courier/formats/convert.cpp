#include "pipeline/courier/formats/convert.hpp"

#include "pipeline/courier/formats/delimited_rows.hpp"
#include "pipeline/courier/formats/gunzip.hpp"
#include "pipeline/courier/formats/lines.hpp"
#include "pipeline/courier/formats/text_source.hpp"
#include "pipeline/courier/formats/xml_rows.hpp"

// A document that is one record is given as it is, since its own mark and declaration say what it
// is written in; everything else is text by then.
namespace weir::courier {

Result<void> convert(const LandAs& land_as, ByteSource& bytes, UnpackBudget& budget,
                     RecordSink& sink) {
  Gunzip plain(bytes, budget);
  if (land_as.type == ContentType::cbor) return read_pack(plain, sink);
  if (land_as.type == ContentType::xml && land_as.row_tag.empty())
    return read_xml_document(plain, sink);
  TextSource text(plain);
  switch (land_as.type) {
    case ContentType::ndjson:
      return read_lines(text, sink);
    case ContentType::json:
      return read_json(text, sink);
    case ContentType::xml:
      return read_xml_rows(land_as.row_tag, text, sink);
    default:
      return read_delimited({.header = land_as.header,
                             .separator = land_as.separator,
                             .quote = land_as.quote,
                             .escape = land_as.escape,
                             .multiline = land_as.multiline},
                            text, sink);
  }
}

}  // namespace weir::courier
