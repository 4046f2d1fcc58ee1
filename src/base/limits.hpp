#pragma once

#include <cstddef>
#include <cstdint>

/// The bounds of requests, connections, the log, batches, the catalog and loads. Bounds of the
/// embedded engine alone are in engine/duckdb/engine_limits.hpp. A name ends with its unit.
namespace weir::limits {

inline constexpr std::uint64_t kib = 1024;
inline constexpr std::uint64_t mib = 1024 * kib;

// A request (spec/ingest.md 6, spec/payloads.md 1).
inline constexpr std::uint64_t payload_bytes_default = 254 * kib;
inline constexpr std::uint64_t payload_bytes_ceiling = 5 * mib;
inline constexpr std::uint64_t header_bytes_max = 16 * kib;
inline constexpr std::uint64_t control_body_bytes_max = 8 * mib;
inline constexpr std::uint32_t json_depth_max = 512;
inline constexpr std::uint32_t pipelined_requests_max = 64;
inline constexpr std::uint32_t idempotency_key_bytes_max = 255;

// The HTTP server.
inline constexpr std::uint32_t header_fields_max = 100;
inline constexpr std::uint32_t chunk_line_bytes_max = 1024;
inline constexpr std::uint32_t trailer_bytes_max = 4 * kib;
inline constexpr std::uint32_t connections_default = 8192;
inline constexpr std::uint64_t connection_buffer_bytes = 16 * kib;    // owned by every connection
inline constexpr std::uint64_t large_body_bytes_default = 256 * mib;  // of all larger buffers
inline constexpr std::uint64_t unsent_reply_bytes_max = 1 * mib;      // above it: stop reading
inline constexpr std::uint64_t drain_bytes_max = 8 * mib;  // read and discarded after a refusal
inline constexpr std::uint32_t pooled_requests_max = 256;
inline constexpr std::uint64_t pooled_bytes_max = 64 * mib;
static_assert(header_bytes_max <= 0xFFFF);  // places in a head are 16 bits wide

// The gateway, each worker thread.
inline constexpr std::uint32_t cached_tokens_max = 1024;
inline constexpr std::uint32_t cached_token_bytes_max = 2 * kib;
inline constexpr std::uint64_t kept_scratch_bytes_max = 1 * mib;
inline constexpr std::uint32_t rate_limit_max = 1'000'000;  // requests a second, and their burst
static_assert((cached_tokens_max & (cached_tokens_max - 1)) == 0);

// The log (docs/formats/log-segment.md).
inline constexpr std::uint64_t log_block_bytes = 4 * kib;
inline constexpr std::uint64_t segment_bytes_default = 64 * mib;
inline constexpr std::uint64_t commit_bytes_max = 8 * mib;
inline constexpr std::uint64_t spare_bytes_max = 512 * mib;  // for the next burst
// How far the log may run ahead of the batcher before batching competes for a busy core.
inline constexpr std::uint64_t burst_bytes = 2048 * mib;
static_assert(payload_bytes_ceiling + log_block_bytes <= commit_bytes_max);
static_assert(2 * commit_bytes_max <= segment_bytes_default);

// A batch file (docs/formats/batch-file.md).
inline constexpr std::uint64_t batch_bytes_default = 64 * mib;
inline constexpr std::uint32_t batch_records_max = 1'000'000;
inline constexpr std::uint32_t open_batches_max = 4096;
inline constexpr std::uint64_t open_held_bytes_max = 32 * mib;
inline constexpr std::uint32_t batcher_step_records_max = 10'000;
inline constexpr std::uint64_t batcher_step_bytes_max = 8 * mib;

// Quarantined payloads (docs/formats/quarantine-file.md). Settling one rewrites its file.
inline constexpr std::uint64_t quarantine_bytes_default = 64 * mib;  // held in the catalog
inline constexpr std::uint64_t quarantine_file_bytes_max = 1 * mib;  // or one larger payload

// Sparse indexes beside batch files (docs/formats/batch-index.md).
inline constexpr std::uint64_t index_stride_bytes = 64 * kib;

// Idempotency keys (docs/formats/idempotency.md): 56 bytes each in memory, 40 in the catalog.
inline constexpr std::uint64_t idempotency_keys_default = 2'000'000;
inline constexpr std::uint64_t idempotency_keys_ceiling = 100'000'000;
inline constexpr std::uint32_t hours_sealed_at_once_max = 32;
inline constexpr std::uint32_t hours_read_at_once_max = 200;
static_assert(idempotency_keys_ceiling < 0xFFFFFFFF);

// XML (spec/payloads.md 3).
inline constexpr std::uint32_t xml_depth_max = 256;
inline constexpr std::uint32_t xml_attributes_max = 256;
inline constexpr std::uint32_t xml_name_bytes_max = 1024;
inline constexpr std::uint32_t xml_nodes_max = 1'000'000;
inline constexpr std::uint32_t xml_expansion_max = 10;  // text bytes out per byte in

// The control API.
inline constexpr std::uint32_t page_items_default = 100;
inline constexpr std::uint32_t page_items_max = 1000;
inline constexpr std::uint32_t name_bytes_max = 255;
inline constexpr std::uint32_t loads_looked_at_max = 100;  // for one receipt
inline constexpr std::uint32_t traced_files_max = 10'000;  // that a record's query reads
inline constexpr std::uint32_t query_rows_max = 10'000;
inline constexpr std::uint64_t query_bytes_max = 16 * mib;  // of an answer's values
inline constexpr std::uint32_t sample_rows_max = 200;
inline constexpr std::uint32_t sample_files_max = 5;
inline constexpr std::size_t export_part_bytes = 4 * mib;    // of an answer
inline constexpr int load_number_max = 2'000'000'000;        // as a request may name it
inline constexpr std::uint64_t sample_bytes_max = 4 * mib;   // of a sample that a feed is made from
inline constexpr std::uint32_t sample_records_max = 20'000;  // likewise
inline constexpr std::uint32_t row_errors_kept_max = 1000;
inline constexpr std::uint32_t row_errors_logged_max = 100'000;  // of a load
inline constexpr std::uint32_t row_errors_logged_days = 90;
inline constexpr std::uint64_t error_csv_bytes_max = 64 * mib;

}  // namespace weir::limits
