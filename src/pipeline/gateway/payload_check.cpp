// Apart from the worker, so that a payload that somebody tries out passes the same door.
#include "pipeline/gateway/payload_check.hpp"

#include "base/limits.hpp"
#include "http/exchange.hpp"
#include "xml/encoding.hpp"

namespace weir::gateway {

Result<void> check_type(const catalog::StreamView& stream, PayloadType type,
                        StreamBindings& bindings) {
  const auto carried = stream.payload_type ? stream.payload_type : bindings.carried_by(stream.no);
  return carried.value_or(type) == type ? Result<void>() : wrong_type(stream, type);
}

Failure wrong_type(const catalog::StreamView& stream, PayloadType sent) {
  const PayloadType carried = sent == PayloadType::json ? PayloadType::xml : PayloadType::json;
  return fail(Errc::bad_request, "Stream " + stream.id + " carries " +
                                     std::string(to_string(carried)) + ", and this is " +
                                     std::string(to_string(sent)) +
                                     ". Use one stream for each payload type.");
}

Result<std::string_view> PayloadCheck::stored_form(const catalog::StreamView& stream,
                                                   const PayloadForm& form, std::string_view body) {
  if (body.size() > stream.payload_bytes_max)
    return fail(http::too_large(stream.payload_bytes_max));
  if (form.coding != Coding::identity) {
    WEIR_TRY(body, expander_.expand(form.coding, body, stream.payload_bytes_max));
  }
  if (form.type == PayloadType::json) return json_.one_line(body);
  if (body.empty()) return fail(Errc::bad_request, "The body is empty. Send one XML document.");
  return check_xml(stream, form.charset, body);
}

/// The charset is not passed on: after the gateway a document itself declares its encoding, in the
/// log, the quarantine and a replay alike.
Result<std::string_view> PayloadCheck::check_xml(const catalog::StreamView& stream,
                                                 std::string_view charset,
                                                 std::string_view document) {
  if (recoded_.capacity() > limits::kept_scratch_bytes_max) recoded_ = {};
  WEIR_TRY(document,
           xml::self_describing(document, charset, limits::payload_bytes_ceiling, recoded_));
  if (stream.xml_check_sync && check_xml_) WEIR_CHECK(check_xml_(document));
  return document;
}

}  // namespace weir::gateway
