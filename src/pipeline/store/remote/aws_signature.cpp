// Our own and not libcurl's CURLOPT_AWS_SIGV4: that of 7.88 leaves out x-amz-content-sha256, and
// encodes a path a second time.
#include "pipeline/store/remote/aws_signature.hpp"

#include <algorithm>
#include <cstdio>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.hpp"
#include "base/sha256.hpp"

namespace weir::store {
namespace {

std::string hmac(std::string_view key, std::string_view text) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const auto* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  WEIR_ASSERT(made != nullptr);
  return {reinterpret_cast<const char*>(mac), size};
}

std::string hex(std::string_view bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

/// "20130524T000000Z"
std::string basic_time(Time now) {
  const CalendarDay day = calendar_day(day_of(now));
  const auto s = std::chrono::floor<std::chrono::seconds>(now - day_of(now)).count();
  char text[64];
  std::snprintf(text, sizeof text, "%04lld%02u%02uT%02lld%02lld%02lldZ",
                static_cast<long long>(day.year), day.month, day.day,
                static_cast<long long>(s / 3600), static_cast<long long>(s / 60 % 60),
                static_cast<long long>(s % 60));
  return text;
}

}  // namespace

std::string uri_encoded(std::string_view text, bool keeps_slashes) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || (c == '/' && keeps_slashes);
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string AwsRequest::query_text() const {
  std::vector<std::string> parts;
  for (const auto& [name, value] : query)
    parts.push_back(uri_encoded(name, false) + "=" + uri_encoded(value, false));
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const std::string& part : parts)
    out += (out.empty() ? "" : "&") + part;
  return out;
}

std::vector<std::pair<std::string, std::string>> aws_signed_headers(const AwsRequest& request,
                                                                    const AwsKey& key,
                                                                    const AwsScope& scope,
                                                                    Time now) {
  const std::string time = basic_time(now);
  const std::string day = time.substr(0, 8);
  auto sent = request.headers;
  sent.emplace_back("x-amz-content-sha256", request.payload_sha256);
  sent.emplace_back("x-amz-date", time);
  if (!key.session_token.empty()) sent.emplace_back("x-amz-security-token", key.session_token);

  auto signing = sent;
  signing.emplace_back("host", request.host);
  std::sort(signing.begin(), signing.end());
  std::string names;
  std::string canonical = request.method + "\n" + request.path + "\n" + request.query_text() + "\n";
  for (const auto& [name, value] : signing) {
    canonical.append(name).append(":").append(value).append("\n");
    names.append(names.empty() ? "" : ";").append(name);
  }
  canonical.append("\n").append(names).append("\n").append(request.payload_sha256);

  const std::string place = day + "/" + scope.region + "/" + scope.service + "/aws4_request";
  const std::string to_sign =
      "AWS4-HMAC-SHA256\n" + time + "\n" + place + "\n" + sha256_hex(canonical);
  std::string derived = hmac("AWS4" + key.secret_key, day);
  for (const std::string_view step :
       {std::string_view(scope.region), std::string_view(scope.service),
        std::string_view("aws4_request")})
    derived = hmac(derived, step);
  sent.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=" + key.access_key + "/" + place +
                                         ",SignedHeaders=" + names +
                                         ",Signature=" + hex(hmac(derived, to_sign)));
  return sent;
}

}  // namespace weir::store
