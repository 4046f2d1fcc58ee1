#include "control/routes.hpp"

#include <optional>
#include <set>

#include "control/volume.hpp"

namespace weir::control {
namespace {

/// Takes the part before the next '/' off `path`.
std::string_view take_segment(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return segment;
}

/// A name as it was meant: what is left encoded in a path is decoded.
std::string decoded(std::string_view segment) {
  std::string out;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const std::string_view code = segment.substr(i, 3);
    const bool encoded = code == "%2F" || code == "%25";
    out += encoded ? (code == "%2F" ? '/' : '%') : segment[i];
    if (encoded) i += 2;
  }
  return out;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

bool has_parameter(const Route& route) {
  return route.path.find('{') != std::string_view::npos;
}

/// The parameter's value ("" without one), if the path matches the template.
std::optional<std::string> match(std::string_view path_template, std::string_view path) {
  std::string id;
  while (!path_template.empty() && !path.empty()) {
    const std::string_view expected = take_segment(path_template);
    const bool more = path.find('/') != std::string_view::npos;
    const std::string_view segment = take_segment(path);
    if (is_parameter(expected)) {
      if (segment.empty()) return std::nullopt;
      id = decoded(segment);
    } else if (segment != expected) {
      return std::nullopt;
    }
    if (more && path.empty()) return std::nullopt;  // a slash too many at the end
  }
  if (!path_template.empty() || !path.empty()) return std::nullopt;
  return id;
}

}  // namespace

std::vector<std::string_view> paged(std::initializer_list<std::string_view> more) {
  std::vector<std::string_view> names{"limit", "next_token", "previous_token", "order"};
  names.insert(names.end(), more);
  return names;
}

Routes all_routes() {
  Routes routes;
  add_health_routes(routes);
  add_api_key_routes(routes);
  add_tenant_routes(routes);
  add_server_tenant_routes(routes);
  add_stream_routes(routes);
  add_stream_field_routes(routes);
  add_batch_routes(routes);
  add_record_routes(routes);
  add_quarantine_routes(routes);
  add_hour_routes(routes);
  add_doctor_routes(routes);
  add_credential_routes(routes);
  add_ingest_query_routes(routes);
  add_query_version_routes(routes);
  add_query_preview_routes(routes);
  add_query_function_routes(routes);
  add_validation_routes(routes);
  add_feed_routes(routes);
  add_feed_draft_routes(routes);
  add_feed_table_routes(routes);
  add_courier_routes(routes);
  add_courier_group_routes(routes);
  add_run_routes(routes);
  add_ingest_job_routes(routes);
  add_row_error_routes(routes);
  add_schedule_routes(routes);
  add_alert_routes(routes);
  add_table_routes(routes);
  add_table_change_routes(routes);
  add_table_export_routes(routes);
  add_load_routes(routes);
  add_audit_routes(routes);
  add_session_routes(routes);
  add_provider_routes(routes);
  add_user_routes(routes);
  add_oauth_routes(routes);
  add_live_routes(routes);
  add_needs_you_routes(routes);
  add_volume_routes(routes);
  add_usage_routes(routes);
  return routes;
}

Match find_route(const Routes& routes, std::string_view method, std::string_view path) {
  Match found;
  std::set<std::string_view> methods;
  for (const Route& route : routes) {
    auto id = match(route.path, path);
    if (!id) continue;
    methods.insert(route.method);
    if (route.method == "GET") methods.insert("HEAD");
    const bool better = !found.route || (has_parameter(*found.route) && !has_parameter(route));
    const bool is_asked_for = route.method == (method == "HEAD" ? "GET" : method);
    if (!is_asked_for || !better) continue;
    found.route = &route;
    found.id = *std::move(id);
  }
  for (const std::string_view known : methods)
    found.allow.append(found.allow.empty() ? "" : ", ").append(known);
  return found;
}

}  // namespace weir::control
