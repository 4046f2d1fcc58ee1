#pragma once

#include <string>
#include <string_view>

#include "base/payload.hpp"
#include "base/result.hpp"
#include "catalog/snapshot.hpp"
#include "pipeline/gateway/expander.hpp"
#include "pipeline/gateway/gateway.hpp"
#include "pipeline/gateway/json_check.hpp"

namespace weir::gateway {

/// What a request says of its body.
struct PayloadForm {
  PayloadType type = PayloadType::json;
  std::string_view charset = {};  // of XML; empty: none was sent
  Coding coding = Coding::identity;
};

/// The bad_request of a payload of the other type than its stream carries.
Failure wrong_type(const catalog::StreamView& stream, PayloadType sent);
/// Whether the stream carries, or is held for, this type or none yet.
Result<void> check_type(const catalog::StreamView& stream, PayloadType type,
                        StreamBindings& bindings);

/// Checks bodies and puts them into the form in which the log stores them. Used by one thread;
/// keeps its memory between calls.
class PayloadCheck {
 public:
  /// `check_xml` is asked for streams with xml_check_sync; it may be empty.
  explicit PayloadCheck(XmlChecker check_xml) : check_xml_(std::move(check_xml)) {}

  /// Valid until the next call. `body` has http::body_padding readable bytes after it.
  Result<std::string_view> stored_form(const catalog::StreamView& stream, const PayloadForm& form,
                                       std::string_view body);

 private:
  Result<std::string_view> check_xml(const catalog::StreamView& stream, std::string_view charset,
                                     std::string_view document);

  XmlChecker check_xml_;
  JsonCheck json_;
  Expander expander_;
  std::string recoded_;  // scratch: XML that does not say its encoding by itself
};

}  // namespace weir::gateway
