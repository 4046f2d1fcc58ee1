#include "torture/connections/sample_requests.hpp"

#include <fmt/format.h>

#include "pipeline/gateway/test_compression.hpp"

/// Each request is written out as bytes rather than built by a client library: what matters is
/// where it is cut and how it is framed, and a library would not send the malformed ones.
namespace weir::torture {
namespace {

constexpr std::size_t large = 30'000;

std::string json_of(std::size_t bytes) {
  return "{\"a\":\"" + std::string(bytes - 8, 'x') + "\"}";
}

std::string in_chunks(const std::string& body, std::size_t chunk) {
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += chunk) {
    const std::string piece = body.substr(at, chunk);
    out += fmt::format("{:x};x=y\r\n{}\r\n", piece.size(), piece);
  }
  return out + "0\r\nTrailer: t\r\n\r\n";
}

/// Writes requests of one caller.
class Writer {
 public:
  explicit Writer(std::string token) : token_(std::move(token)) {}

  SampleRequest control(const std::string& name, const std::string& first_line,
                        const std::string& lines, const std::string& body = {}) const {
    return made(name, first_line + "Host: h\r\n" + bearer() + lines + "\r\n", body, 200);
  }
  SampleRequest payload(const std::string& name, const std::string& lines, const std::string& body,
                        int status = 202) const {
    auto request = made(name,
                        fmt::format("POST /stream/v0/data/{} HTTP/1.1\r\nHost: h\r\n"
                                    "X-Amperity-Tenant: {}\r\nContent-Type: application/json\r\n",
                                    sample_stream_id, sample_tenant) +
                            bearer() + lines + "\r\n",
                        body, status);
    request.is_payload = status == 202;
    return request;
  }
  SampleRequest with_length(const std::string& name, const std::string& body,
                            const std::string& lines = {}, int status = 202) const {
    return payload(name, fmt::format("Content-Length: {}\r\n", body.size()) + lines, body, status);
  }
  SampleRequest chunked(const std::string& name, const std::string& wire, int status = 202) const {
    return payload(name, "Transfer-Encoding: chunked\r\n", wire, status);
  }
  /// One that its head is enough to refuse.
  static SampleRequest refused_by_head(SampleRequest request, int status) {
    request.status = status;
    request.decided_at = request.head_bytes;
    request.is_payload = false;
    request.ends_connection = true;  // unless it came in one piece; nothing follows it here
    return request;
  }
  SampleRequest by_stranger(SampleRequest request) const {
    const std::size_t at = request.bytes.find(token_);
    request.bytes[at] = request.bytes[at] == 'x' ? 'y' : 'x';
    return refused_by_head(std::move(request), 401);
  }

 private:
  std::string bearer() const { return "Authorization: Bearer " + token_ + "\r\n"; }
  static SampleRequest made(const std::string& name, const std::string& head,
                            const std::string& body, int status) {
    SampleRequest request{.name = name, .bytes = head + body, .status = status};
    request.head_bytes = head.size();
    request.decided_at = request.bytes.size();
    return request;
  }

  std::string token_;
};

SampleRequest refused_within(SampleRequest request, std::string_view bad) {
  request.decided_at = request.bytes.find(bad, request.head_bytes) + bad.size();
  request.ends_connection = true;
  return request;
}

}  // namespace

std::string SampleConversation::bytes() const {
  std::string all;
  for (const SampleRequest& request : requests)
    all += request.bytes;
  return all;
}

std::vector<SampleConversation> sample_conversations(const std::string& token) {
  const Writer write(token);
  const std::string small = json_of(30);
  const auto get = write.control("get", "GET /api/x HTTP/1.1\r\n", "");
  const auto slow = write.control("slow", fmt::format("GET {} HTTP/1.1\r\n", slow_path), "");
  const auto post =
      write.control("post", "POST /api/x HTTP/1.1\r\n", "Content-Length: 30\r\n", small);
  const auto payload = write.with_length("payload", small);
  const auto chunks = write.chunked("chunks", in_chunks(small, 11));
  auto head = write.control("HEAD", "HEAD /api/x HTTP/1.1\r\n", "");
  head.head_only = true;
  auto old = write.control("HTTP/1.0", "POST /api/x HTTP/1.0\r\n", "Content-Length: 30\r\n", small);
  old.ends_connection = true;
  auto last = write.with_length("payload, then close", small, "Connection: close\r\n");
  last.ends_connection = true;
  auto bad_line = write.control("bad line", "GET /api/x HTTP/1.1\r\n", "no colon\r\n");
  bad_line.status = 400;
  bad_line.maybe_at = bad_line.bytes.find("no colon");
  bad_line.ends_connection = true;
  const auto bad_chunk =
      refused_within(write.chunked("bad chunk", "5\r\n{\"a\":\r\nxyz\r\n", 400), "x");

  constexpr int more_than_may_be_in_flight = 80;
  std::vector<SampleRequest> many;
  many.reserve(more_than_may_be_in_flight);
  for (int i = 0; i < more_than_may_be_in_flight; ++i)
    many.push_back(i % 7 == 3 ? get : payload);

  std::vector<SampleConversation> all;
  for (const SampleRequest& one :
       {get,
        slow,
        post,
        payload,
        chunks,
        head,
        old,
        last,
        bad_line,
        bad_chunk,
        write.with_length("large payload", json_of(large)),
        write.chunked("large chunks", in_chunks(json_of(large), 4000)),
        write.with_length("gzip", gateway::gzip_compressed(small), "Content-Encoding: gzip\r\n"),
        write.with_length("zstd", gateway::zstd_compressed(small), "Content-Encoding: zstd\r\n"),
        write.with_length("Expect", small, "Expect: 100-continue\r\n"),
        write.with_length("empty payload", "", "", 400),
        write.control("empty put", "PUT /api/x HTTP/1.1\r\n", "Content-Length: 0\r\n"),
        write.by_stranger(payload),
        write.by_stranger(post),
        Writer::refused_by_head(
            write.with_length("too large", json_of(sample_payload_bytes_max + 1)), 413),
        refused_within(write.chunked("too large a chunk", "9c41\r\n{\"a\":", 413), "9c41\r\n")})
    all.push_back({one.name, {one}});
  all.push_back({"pipelined", {payload, get, chunks, slow, post, payload, last}});
  all.push_back({"pipelined, refused at the end", {slow, payload, bad_chunk}});
  all.push_back({"many pipelined", std::move(many)});
  return all;
}

}  // namespace weir::torture
