// The parts of the gateway and of the batcher themselves: what is told here is what happens there.
// Its HTTP side, the token and the limits of rates are left out: they are not the payload's.
#include "app/try_payload.hpp"

#include "http/request.hpp"
#include "pipeline/batcher/record_encoder.hpp"
#include "pipeline/gateway/headers.hpp"
#include "pipeline/gateway/payload_check.hpp"

namespace weir::app {
namespace {

Result<std::string> passed(const TrialDoor& door, const catalog::StreamView& stream,
                           const std::string& content_type, const std::string& body,
                           PayloadType& type) {
  WEIR_TRY(const auto content, gateway::content_type_of(content_type));
  type = content.type;
  if (stream.no.value > 0) WEIR_CHECK(gateway::check_type(stream, content.type, door.bindings));
  std::string padded = body;
  padded.resize(body.size() + http::body_padding);
  gateway::PayloadCheck check(door.check_xml);
  WEIR_TRY(const auto stored,
           check.stored_form(stream, {content.type, content.charset, gateway::Coding::identity},
                             std::string_view(padded).substr(0, body.size())));
  return std::string(stored);
}

}  // namespace

control::TriedPayload try_payload(const TrialDoor& door, const catalog::StreamView& stream,
                                  const std::string& content_type, const std::string& body) {
  control::TriedPayload out;
  const auto stored = passed(door, stream, content_type, body, out.type);
  if (!stored) {
    out.refused = stored.error();
    return out;
  }
  log::Record record;
  record.address.stream = stream.no;
  record.received_at = door.received_at;
  record.type = out.type;
  record.body = *stored;
  batcher::RecordEncoder encoder;
  if (const auto encoded = encoder.encode(record))
    out.record = *encoded;
  else
    out.quarantined = encoded.error().message;
  return out;
}

}  // namespace weir::app
