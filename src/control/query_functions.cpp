#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/routes.hpp"

/// What an editor of ingest queries completes: the functions that they may call. The columns are
/// the fields of a stream (stream_fields.cpp).
namespace weir::control {
namespace {

namespace json = boost::json;

Result<http::Response> list_functions(const Call& call) {
  json::array items;
  for (const engine::QueryFunction& function : call.services.engine.functions())
    items.push_back(json::object{{"name", function.name},
                                 {"kind", function.kind},
                                 {"signatures", json::value_from(function.signatures)},
                                 {"line", function.line}});
  return answer(200, json::object{{"items", std::move(items)}});
}

}  // namespace

void add_query_function_routes(Routes& routes) {
  routes.push_back({"GET", "/api/v0/ingest-queries/functions", "listQueryFunctions",
                    Access::operate, list_functions});
}

}  // namespace weir::control
