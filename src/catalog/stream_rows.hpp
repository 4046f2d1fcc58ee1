#pragma once

#include "catalog/cross_origin.hpp"
#include "catalog/statement.hpp"
#include "catalog/streams.hpp"

namespace weir::catalog {

/// The columns of `streams`, and what reads them.
inline constexpr const char* stream_columns =
    "no, tenant_no, id, name, description, payload_type, xml_check_sync, created_at, "
    "rate_limit, rate_burst, batch_age_s, landed_for, landed_tag, deleted_at";

inline void read_stream(Statement& statement, Stream& row) {
  statement.into(row.no).into(row.tenant_no).into(row.id).into(row.name).into(row.description);
  statement.into(row.payload_type).into(row.xml_check_sync).into(row.created_at);
  statement.into(row.rate_limit.rate).into(row.rate_limit.burst);
  statement.into(row.batch_age_s).into(row.landed_for).into(row.landed_tag);
  statement.into(row.deleted_at);
}

/// Every stream with its tenant; a WHERE on `s` and `t` may follow.
inline constexpr const char* stream_view_select =
    "SELECT s.no, s.tenant_no, t.name, s.id, s.payload_type, s.xml_check_sync, t.payload_bytes_max,"
    " s.rate_limit, s.rate_burst, t.rate_limit, t.rate_burst, t.allowed_origins, s.batch_age_s"
    " FROM streams s JOIN tenants t ON t.no = s.tenant_no";

inline void stream_view_columns(Statement& statement, StreamView& view) {
  statement.into(view.no).into(view.tenant_no).into(view.tenant).into(view.id);
  statement.into(view.payload_type).into(view.xml_check_sync).into(view.payload_bytes_max);
  statement.into(view.rate_limit.rate).into(view.rate_limit.burst);
  statement.into(view.tenant_rate_limit.rate).into(view.tenant_rate_limit.burst);
  statement.into_text([&view](const std::string& origins) {
    view.cross_origin = CrossOrigin::of(split_origins(origins));
    return true;
  });
  statement.into(view.batch_age_s);
}

/// not_found when the tenant has no such stream; its number otherwise. Inside a transaction.
Result<StreamNo> find_stream_no(soci::session& session, std::uint32_t tenant_no,
                                const std::string& id);

/// The same for a filter: nothing to check when `id` is empty.
Result<void> check_stream(soci::session& session, std::uint32_t tenant_no, const std::string& id);

}  // namespace weir::catalog
