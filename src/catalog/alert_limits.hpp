#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.hpp"

/// The bounds of alerts (spec/workflows.md 7), and the prefixes of their ids.
namespace weir::limits {

inline constexpr std::uint32_t alert_endpoints_max = 100;          // of a tenant
inline constexpr std::uint32_t alert_messages_waiting_max = 1000;  // at an endpoint
inline constexpr std::uint32_t alert_messages_kept_max = 10'000;   // of an endpoint
inline constexpr std::uint32_t alert_text_bytes_max = 8 * 1024;
inline constexpr std::uint32_t alert_target_bytes_max = 2 * 1024;
inline constexpr std::uint32_t alert_reply_bytes_max = 64 * 1024;
inline constexpr std::uint32_t alert_only_ids_max = 100;

}  // namespace weir::limits

namespace weir::id_prefix {

inline constexpr std::string_view alert_endpoint = "al-";
inline constexpr std::string_view alert_message = "alm-";

}  // namespace weir::id_prefix
