#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http.hpp"
#include "base/result.hpp"
#include "control/authorize.hpp"
#include "control/services.hpp"

/// The table of what the control API answers. Each file named after a tag of api/control.yaml adds
/// its part; openapi_test holds table and document together.
namespace weir::control {

/// One authorised request on its way to its handler.
struct Call {
  const Services& services;
  const http::Request& request;
  const Caller& caller;  // nobody, where the route is open to everyone
  std::string id;        // what stands in the path for the {parameter}, if it has one
};

using Handler = Result<http::Response> (*)(const Call&);

struct Route {
  std::string_view method;
  std::string_view path;  // "/api/v0/streams/{id}/flush"; at most one parameter
  std::string_view operation_id;
  Access access = Access::administer;
  Handler handler = nullptr;
  std::vector<std::string_view> query = {};  // parameters it knows; others are refused
};

using Routes = std::vector<Route>;

void add_health_routes(Routes& routes);
void add_api_key_routes(Routes& routes);
void add_stream_routes(Routes& routes);
void add_batch_routes(Routes& routes);
void add_quarantine_routes(Routes& routes);
void add_hour_routes(Routes& routes);
void add_doctor_routes(Routes& routes);
void add_ingest_query_routes(Routes& routes);
void add_feed_routes(Routes& routes);
void add_courier_routes(Routes& routes);
void add_run_routes(Routes& routes);
void add_table_routes(Routes& routes);

Routes all_routes();

/// What a path and method lead to.
struct Match {
  const Route* route =
      nullptr;  // null: no such method here or, when `allow` is empty, no such path
  std::string id;
  std::string allow;  // the methods that the path knows, as the Allow header says them
};

/// `path` is percent-decoded already. A literal segment is preferred to a parameter.
Match find_route(const Routes& routes, std::string_view method, std::string_view path);

}  // namespace weir::control
