#include "catalog/hours.hpp"

#include <boost/json.hpp>

#include "base/receipt.hpp"
#include "control/answers.hpp"
#include "control/hour_json.hpp"
#include "control/routes.hpp"

/// Conservation, per stream and hour, and which hours are sealed.
namespace weir::control {
namespace {

namespace json = boost::json;

std::string receipt_of(const catalog::Hour& hour, Sequence sequence) {
  const Receipt receipt = encode_receipt({hour.stream, hour.partition, sequence});
  return std::string(view(receipt));
}

Result<http::Response> list_hours(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  const auto stream_id = query_text(call.request, "stream_id");
  if (!stream_id)
    return fail(Errc::bad_request, "Say of which stream: add ?stream_id=is-... to the path.");
  catalog::HourFilter filter;
  WEIR_TRY(filter.from, query_day(call.request, "from"));
  WEIR_TRY(filter.to, query_day(call.request, "to"));
  WEIR_TRY(const auto page,
           call.services.catalog.hours().list(call.caller.tenant_no, *stream_id, request, filter));
  return answer_page(page, [&](const auto& hour) { return json_of_hour(hour, *stream_id); });
}

}  // namespace

json::value json_of_hour(const catalog::Hour& hour, const std::string& stream_id) {
  json::object out{{"stream_id", stream_id},
                   {"partition", hour.partition.value},
                   {"day", to_string(hour.day)},
                   {"hour", hour.hour},
                   {"accepted", hour.accepted()},
                   {"in_files", hour.in_files},
                   {"duplicates", hour.duplicates},
                   {"quarantined", hour.quarantined},
                   {"files", hour.files},
                   {"bytes", hour.bytes},
                   {"first_receipt", receipt_of(hour, hour.first_sequence)},
                   {"last_receipt", receipt_of(hour, hour.last_sequence)},
                   {"first_received_at", to_string(hour.first_received_at)},
                   {"last_received_at", to_string(hour.last_received_at)},
                   {"sealed", hour.sealed()},
                   {"manifest", nullptr}};
  if (hour.sealed())
    out["manifest"] = {{"path", hour.manifest_path}, {"sha256", hour.manifest_sha256}};
  return out;
}

void add_hour_routes(Routes& routes) {
  routes.push_back({"GET", "/api/v0/hours", "listHours", Access::operate, list_hours,
                    paged({"stream_id", "from", "to"})});
}

}  // namespace weir::control
