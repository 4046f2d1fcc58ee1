#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.hpp"
#include "base/result.hpp"
#include "control/authorize.hpp"
#include "control/grants.hpp"
#include "control/services.hpp"

/// The control API's route table. Each file named after a tag of api/control.yaml adds its part;
/// openapi_test compares the table with that document.
namespace weir::catalog {
struct AuditedAct;
}

namespace weir::control {

/// One authorised request, as its handler receives it.
struct Call {
  const Services& services;
  const http::Request& request;
  const Caller& caller;  // empty where the route is open to everyone
  std::string id;        // what stands in the path for the {parameter}, if it has one
  /// Where a handler says more about who did what; null where the call leaves no audit event.
  catalog::AuditedAct* act = nullptr;

  /// What an engine may take for this call: a query's time, and no longer than the caller waits.
  engine::Allowance allowance() const { return {services.query_time_max, request.gone}; }
};

using Handler = Result<http::Response> (*)(const Call&);

struct Route {
  std::string_view method;
  std::string_view path;  // "/api/v0/streams/{id}/flush"; at most one parameter
  std::string_view operation_id;
  Access access = Access::administer;
  Handler handler = nullptr;
  std::vector<std::string_view> query = {};  // parameters it knows; others are refused
  bool may_take_long = false;                // through Services::queries

  /// What it asks of the caller. A route that operates by its tag only reads when it is a GET.
  Access asks() const {
    return access == Access::operate && method == "GET" ? Access::view : access;
  }
};

using Routes = std::vector<Route>;

/// The parameters of a list whose pages go both ways, and these.
std::vector<std::string_view> paged(std::initializer_list<std::string_view> more = {});

void add_health_routes(Routes& routes);
void add_api_key_routes(Routes& routes);
void add_tenant_routes(Routes& routes);
void add_server_tenant_routes(Routes& routes);
void add_stream_routes(Routes& routes);
void add_stream_field_routes(Routes& routes);
void add_batch_routes(Routes& routes);
void add_record_routes(Routes& routes);
void add_quarantine_routes(Routes& routes);
void add_hour_routes(Routes& routes);
void add_doctor_routes(Routes& routes);
void add_credential_routes(Routes& routes);
void add_ingest_query_routes(Routes& routes);
void add_query_version_routes(Routes& routes);
void add_query_preview_routes(Routes& routes);
void add_query_function_routes(Routes& routes);
void add_validation_routes(Routes& routes);
void add_feed_routes(Routes& routes);
void add_feed_draft_routes(Routes& routes);
void add_feed_table_routes(Routes& routes);
void add_courier_routes(Routes& routes);
void add_courier_group_routes(Routes& routes);
void add_run_routes(Routes& routes);
void add_ingest_job_routes(Routes& routes);
void add_row_error_routes(Routes& routes);
void add_schedule_routes(Routes& routes);
void add_alert_routes(Routes& routes);
void add_table_routes(Routes& routes);
void add_table_change_routes(Routes& routes);
void add_table_export_routes(Routes& routes);
void add_load_routes(Routes& routes);
void add_session_routes(Routes& routes);
void add_provider_routes(Routes& routes);
void add_user_routes(Routes& routes);
void add_oauth_routes(Routes& routes);
void add_audit_routes(Routes& routes);
void add_live_routes(Routes& routes);
void add_needs_you_routes(Routes& routes);
void add_usage_routes(Routes& routes);

Routes all_routes();

/// The result of looking up path and method.
struct Match {
  const Route* route =
      nullptr;  // null: no such method here or, when `allow` is empty, no such path
  std::string id;
  std::string allow;  // the path's methods, for the Allow header
};

/// `path` is as http::Request has it; the parameter is decoded to its end. A literal segment wins
/// over a parameter. What answers GET answers HEAD; the server leaves the body out.
Match find_route(const Routes& routes, std::string_view method, std::string_view path);

}  // namespace weir::control
