#pragma once

#include "catalog/records.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {

/// Of a table `batches b`.
inline constexpr const char* batch_columns =
    "b.path, b.stream_no, b.partition_no, b.day, b.hour, b.first_sequence, b.last_sequence,"
    " b.records, b.quarantined, b.duplicates, b.bytes, b.sha256, b.first_received_at,"
    " b.last_received_at";

void batch_into(Statement& statement, Batch& row);

/// A row of the manifest. Called inside the transaction that moves the stream's position past it.
Result<void> insert_batch(soci::session& session, const Batch& batch);

}  // namespace weir::catalog
