#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/limits.hpp"

/// The bounds of the embedded engine.
namespace weir::limits {

// The write-ahead log of a tables file, from which the file is made anew after a crash.
inline constexpr std::uint64_t table_log_bytes_min = 16 * mib;
inline constexpr std::uint64_t table_log_bytes_max = 64 * mib;
// Reading batch files.
inline constexpr std::size_t read_buffer_bytes = 1 * mib;
inline constexpr std::uint64_t remote_read_bytes = 4 * mib;  // of a file of a store, at once
inline constexpr std::size_t line_bytes_max = 64 * mib;      // a payload is at most 5 MiB
inline constexpr std::uint64_t chunk_input_bytes = 8 * mib;  // input bytes of one chunk of rows
// Bounds on an inferred schema: keys that are data (ids, dates) would grow it without end.
inline constexpr std::uint32_t inferred_fields_max = 20'000;
inline constexpr std::uint32_t inferred_depth_max = 48;  // deeper values are text
inline constexpr std::uint32_t names_reported_max = 200;
inline constexpr std::uint32_t misfits_shown_max = 20;  // of one source

// Tenants whose tables are open at once; above it, one that is not in use is closed.
inline constexpr std::size_t open_tenants_max = 32;
// Counting the rows of every table of a tenant.
inline constexpr std::chrono::seconds tables_listed_within{30};
inline constexpr std::uint32_t traced_rows_max = 100;  // of one record, in one table
// A change of a whole table, with its wait for loads of that table.
inline constexpr std::chrono::seconds table_changed_within{120};
// How long the ledger of loads is kept, and how many loads of one table. A run that is taken up
// looks there for what it did; repeating a load changes nothing, so a run that is still taken up
// after that is right too, and only its counts are those of the repetition.
inline constexpr std::chrono::days ledger_kept{90};
inline constexpr std::uint64_t ledger_loads_max = 100'000;
// Exports of a tenant at once, and how long one is kept that nobody reads.
inline constexpr int exports_open_max = 2;
inline constexpr std::chrono::minutes export_kept{10};
// The ledger is trimmed after the first of so many loads.
inline constexpr std::uint64_t ledger_trimmed_every = 256;
// The least memory of a tenant with a call in progress, and that of a tenant without one.
inline constexpr std::uint64_t tenant_memory_bytes_min = 16 * mib;
inline constexpr std::uint64_t idle_memory_bytes = 8 * mib;

}  // namespace weir::limits
