#include "control/stream_samples.hpp"

#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace weir::control {
namespace {

namespace json = boost::json;

bool is_xml(const SampleSubject& subject) {
  return subject.type == PayloadType::xml;
}

std::string content_type(const SampleSubject& subject) {
  return is_xml(subject) ? "application/xml" : "application/json";
}

std::string payload(const SampleSubject& subject) {
  return is_xml(subject) ? R"(<order id="1009"><total>42.50</total></order>)"
                         : R"({"order_id":1009,"total":42.50})";
}

/// Replaces every NAME@ of the template. Values hold nothing that quotes would have to guard: names
/// of tenants and ids are letters, digits, '-' and '_'.
std::string filled_in(std::string text, const SampleSubject& subject) {
  const std::pair<const char*, std::string> values[] = {
      {"BASE_URL@", subject.base_url},
      {"AUTHORITY@", subject.base_url.substr(subject.base_url.find("://") + 3)},
      {"TENANT@", subject.tenant},
      {"STREAM@", subject.stream_id},
      {"CONTENT_TYPE@", content_type(subject)},
      {"PAYLOAD_BYTES@", std::to_string(payload(subject).size())},
      {"PAYLOAD@", payload(subject)}};
  for (const auto& [name, value] : values)
    for (std::size_t at = text.find(name); at != std::string::npos;
         at = text.find(name, at + value.size()))
      text.replace(at, std::string_view(name).size(), value);
  return text;
}

json::object header(std::string_view name, std::string_view value) {
  return {{"key", name}, {"value", value}};
}

json::object url_of(const std::vector<std::string>& path) {
  std::string raw = "{{base_url}}";
  for (const std::string& part : path)
    raw.append("/").append(part);
  return {{"raw", raw},
          {"host", json::array{"{{base_url}}"}},
          {"path", json::array(path.begin(), path.end())}};
}

json::object bearer(std::string_view variable) {
  const json::object token{{"key", "token"}, {"value", variable}, {"type", "string"}};
  return {{"type", "bearer"}, {"bearer", json::array{token}}};
}

json::object post(json::object url, json::array headers, std::string_view token,
                  const std::string& body, std::string_view language) {
  return {
      {"method", "POST"},
      {"header", std::move(headers)},
      {"auth", bearer(token)},
      {"url", std::move(url)},
      {"body", {{"mode", "raw"}, {"raw", body}, {"options", {{"raw", {{"language", language}}}}}}}};
}

/// A script that Postman runs after the request.
json::array after(const std::vector<std::string>& lines) {
  const json::object script{{"type", "text/javascript"},
                            {"exec", json::array(lines.begin(), lines.end())}};
  return json::array{json::object{{"listen", "test"}, {"script", script}}};
}

}  // namespace

std::string postman_sample(const SampleSubject& subject) {
  const json::object sending{
      {"name", "Send a payload"},
      {"request", post(url_of({"stream", "v0", "data", "{{stream_id}}"}),
                       json::array{header("Content-Type", content_type(subject)),
                                   header("X-Amperity-Tenant", "{{tenant}}"),
                                   header("Idempotency-Key", "{{$guid}}")},
                       "{{token}}", payload(subject), is_xml(subject) ? "xml" : "json")},
      {"event", after({"pm.test('accepted', () => pm.response.to.have.status(202));"})}};
  const json::object refreshing{
      {"name", "Refresh the token"},
      {"request", post(url_of({"api", "v0", "admin", "api-keys", "{{api_key_id}}", "tokens"}),
                       json::array{header("Content-Type", "application/json"),
                                   header("X-Amperity-Tenant", "{{tenant}}")},
                       "{{issuer_token}}", R"({"expires-in-days":30})", "json")},
      {"event", after({"pm.test('issued', () => pm.response.to.have.status(201));",
                       "pm.collectionVariables.set('token', pm.response.json().token);"})}};
  const auto variable = [](std::string_view name, std::string_view value) {
    return json::object{{"key", name}, {"value", value}, {"type", "string"}};
  };
  const json::object collection{
      {"info",
       {{"name", "Weir: " + subject.stream_name},
        {"description",
         "Sends payloads to one stream. Fill in the variables token (of a key that may write to "
         "streams), and for refreshing it api_key_id and issuer_token (of a key that may issue "
         "tokens)."},
        {"schema", "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}}},
      {"item", json::array{sending, refreshing}},
      {"variable",
       json::array{variable("base_url", subject.base_url), variable("tenant", subject.tenant),
                   variable("stream_id", subject.stream_id), variable("token", ""),
                   variable("api_key_id", ""), variable("issuer_token", "")}}};
  return json::serialize(collection);
}

std::string curl_sample(const SampleSubject& subject) {
  return filled_in(R"text(curl --fail-with-body --retry 8 --retry-connrefused \
  --header "Authorization: Bearer $WEIR_TOKEN" \
  --header 'X-Amperity-Tenant: TENANT@' \
  --header 'Content-Type: CONTENT_TYPE@' \
  --header "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" \
  --data-binary 'PAYLOAD@' \
  'BASE_URL@/stream/v0/data/STREAM@'
)text",
                   subject);
}

std::string http_sample(const SampleSubject& subject) {
  return filled_in(R"text(POST /stream/v0/data/STREAM@ HTTP/1.1
Host: AUTHORITY@
Authorization: Bearer {{token}}
X-Amperity-Tenant: TENANT@
Content-Type: CONTENT_TYPE@
Idempotency-Key: order-1009-v1
Content-Length: PAYLOAD_BYTES@

PAYLOAD@)text",
                   subject);
}

std::string python_sample(const SampleSubject& subject) {
  return filled_in(R"py("""Sends one payload to a stream of Weir. Needs nothing but Python 3.

    WEIR_TOKEN=... python3 send.py
"""

import json
import os
import random
import time
import urllib.error
import urllib.request
import uuid

URL = "BASE_URL@/stream/v0/data/STREAM@"
TENANT = "TENANT@"
CONTENT_TYPE = "CONTENT_TYPE@"


def send(payload: bytes, idempotency_key: str, attempts: int = 8) -> str:
    """Returns the receipt of the payload, which is on stable storage by then."""
    request = urllib.request.Request(URL, data=payload, method="POST", headers={
        "Authorization": f"Bearer {os.environ['WEIR_TOKEN']}",
        "X-Amperity-Tenant": TENANT,
        "Content-Type": CONTENT_TYPE,
        "Idempotency-Key": idempotency_key,  # the same for every try of this payload
    })
    for attempt in range(attempts):
        wait = random.uniform(0, min(30, 0.1 * 2 ** attempt))
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)["request_id"]
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (408, 429, 500, 503, 504) or attempt + 1 == attempts:
                raise SystemExit(f"{refusal.code}: {refusal.read().decode()}")
            wait = max(wait, float(refusal.headers.get("Retry-After", 0)))
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if attempt + 1 == attempts:
                raise
        time.sleep(wait)
    raise SystemExit("not sent")


if __name__ == "__main__":
    print(send(b'PAYLOAD@', str(uuid.uuid4())))
)py",
                   subject);
}

}  // namespace weir::control
