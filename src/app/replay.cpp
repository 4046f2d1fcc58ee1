#include "app/replay.hpp"

#include "http/request.hpp"
#include "pipeline/gateway/json_check.hpp"
#include "pipeline/log/append_and_wait.hpp"
#include "xml/xml_to_cbor.hpp"

// A replayed payload is checked as in the gateway, but does not use its HTTP side: tenant, stream
// and rights are known already, and people replay too slowly to need a rate limit.
namespace weir::app {

Result<Address> replay(log::Log& log, const Address& of, PayloadType type, const std::string& key,
                       const std::string& body) {
  std::string padded = body;
  padded.resize(body.size() + http::body_padding);
  const std::string_view payload = std::string_view(padded).substr(0, body.size());
  if (type == PayloadType::xml) {
    xml::Converter converter;
    std::string converted;
    if (auto checked = converter.convert(payload, converted); !checked)
      return fail(Errc::bad_request, "The payload still does not parse: " +
                                         checked.error().message + ". Send a mended one.");
    return log::append_and_wait(log, {of.stream, type, key, payload, of.partition});
  }
  gateway::JsonCheck check;
  WEIR_TRY(const std::string_view line, check.one_line(payload));
  return log::append_and_wait(log, {of.stream, type, key, line, of.partition});
}

}  // namespace weir::app
