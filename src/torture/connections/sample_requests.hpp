#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// The simulated clients' requests, with the replies that a server owes them.
namespace weir::torture {

struct SampleRequest {
  std::string name;
  std::string bytes;
  int status = 200;
  /// After so many bytes the reply is decided; a refusal does not need all of them.
  std::size_t decided_at = 0;
  /// After so many bytes it may be decided; 0: as decided_at.
  std::size_t maybe_at = 0;
  std::size_t head_bytes = 0;
  bool is_payload = false;  // 202 once the log says so
  bool head_only = false;   // its reply has no body
  bool ends_connection = false;
};

/// Several requests sent one after the other on one connection.
struct SampleConversation {
  std::string name;
  std::vector<SampleRequest> requests;

  std::string bytes() const;
};

/// `token`: of an API key that may write to stream_id and use the control API.
std::vector<SampleConversation> sample_conversations(const std::string& token);

inline constexpr const char* sample_stream_id = "is-s";
inline constexpr const char* sample_tenant = "acme";
inline constexpr std::size_t sample_payload_bytes_max = 40'000;
/// The path of a slow handler.
inline constexpr const char* slow_path = "/api/slow";

}  // namespace weir::torture
