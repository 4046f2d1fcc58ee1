#pragma once

#include <optional>
#include <string>

#include "base/payload.hpp"

namespace weir::control {

/// The stream and server that a sample is written for. A sample never contains a token: it reads
/// WEIR_TOKEN, or a variable that the reader sets.
struct SampleSubject {
  std::string base_url;  // "http://127.0.0.1:8080"
  std::string tenant;
  std::string stream_id;
  std::string stream_name;
  std::optional<PayloadType> type;  // unbound: JSON
};

/// Samples of sending to a stream, to be copied: a Postman collection v2.1 (sending, and refreshing
/// the token), a curl command, a plain HTTP request, and a Python program of the standard library.
std::string postman_sample(const SampleSubject& subject);
std::string curl_sample(const SampleSubject& subject);
std::string http_sample(const SampleSubject& subject);
std::string python_sample(const SampleSubject& subject);

}  // namespace weir::control
