// What a byte costs each parser that runs on the event loop: of a typical input, and of the worst
// that is known. CPU time of this thread, the best of several rounds.
//
//   worst_inputs        prints the table; exits 1 where a worst input is off by an order of
//   magnitude
//
// A request's time on the loop is bounded by its bytes when each of these numbers is a constant:
// each input is also measured at a quarter of its size, and what grows faster than its bytes fails
// too. Bounds are ratios to a typical JSON byte, some ten times what was measured, so that a slow
// or busy machine does not trip them.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "http/request_parser.hpp"
#include "pipeline/gateway/expander.hpp"
#include "pipeline/gateway/headers.hpp"
#include "pipeline/gateway/json_check.hpp"
#include "pipeline/gateway/test_compression.hpp"
#include "token/token.hpp"
#include "xml/xml_to_cbor.hpp"

namespace {

using namespace weir;

constexpr std::size_t payload_bytes = limits::payload_bytes_default;

class SomeRandom final : public Random {
 public:
  void fill(std::span<char> out) override {
    for (char& c : out)
      c = static_cast<char>(next_ += 37);
  }

 private:
  unsigned char next_ = 0;
};

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string text;
  while (text.size() + piece.size() <= bytes)
    text += piece;
  return text;
}

std::string padded(const std::string& text) {
  std::string room = text;
  room.reserve(text.size() + http::body_padding);
  return room;
}

double cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

/// Reads an input and says how many bytes were worked on: those read, and where more come out,
/// those.
using Reader = std::function<std::size_t(const std::string&)>;

double ns_a_byte(const Reader& read, const std::string& input) {
  constexpr double enough_ns = 3e6;
  double best = 1e12;
  read(input);
  for (int round = 0; round < 5; ++round) {
    const double begun = cpu_ns();
    double bytes = 0;
    double took = 0;
    do {
      bytes += static_cast<double>(read(input));
      took = cpu_ns() - begun;
    } while (took < enough_ns);
    best = std::min(best, took / bytes);
  }
  return best;
}

struct Input {
  const char* name;
  std::function<std::string(std::size_t bytes)> made;
  std::size_t bytes = payload_bytes;
  double ratio_max = 0;  // to a typical JSON byte
};

struct Parser {
  const char* name;
  Reader read;
  std::vector<Input> inputs;  // the first is the typical one
};

// --- HTTP

const std::string typical_head =
    "POST /stream/v0/data/is-4f2a HTTP/1.1\r\nHost: ingest.example.com\r\nUser-Agent: "
    "client/1.0\r\n"
    "Accept: */*\r\nAuthorization: Bearer "
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InRhay0xLjEifQ."
    "eyJzdWIiOiJ0YWstMSIsInRudCI6ImFjbWUifQ.c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmU\r\n"
    "X-Amperity-Tenant: acme\r\nContent-Type: application/json\r\n";

/// All requests in these bytes, received so many at a time.
std::size_t read_requests(const std::string& bytes, std::size_t piece) {
  http::MemoryBudget budget(1 << 30);
  http::RequestParser parser(budget, limits::payload_bytes_ceiling);
  for (std::size_t at = 0; at < bytes.size();) {
    const auto room = parser.room();
    const std::size_t count = std::min({room.size(), piece, bytes.size() - at});
    std::copy_n(bytes.data() + at, count, room.data());
    parser.filled(count);
    at += count;
    for (;;) {
      const auto event = parser.next();
      if (event == http::RequestParser::Event::request)
        parser.take();
      else if (event == http::RequestParser::Event::refused)
        return at;
      else if (event == http::RequestParser::Event::need_more)
        break;
    }
  }
  return bytes.size();
}

std::string chunked(std::size_t bytes, std::size_t chunk, const std::string& extension = "") {
  char size[16];
  std::snprintf(size, sizeof size, "%zx", chunk);
  const std::string one = size + extension + "\r\n" + std::string(chunk, 'x') + "\r\n";
  return typical_head + "Transfer-Encoding: chunked\r\n\r\n" + repeated(one, bytes) + "0\r\n\r\n";
}

Parser heads() {
  const auto fields = [](std::size_t) {
    std::string head = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 99; ++i)
      head += "a:\r\n";
    return repeated(head + "\r\n", 64 * limits::kib);
  };
  return {"heads",
          [](const std::string& bytes) { return read_requests(bytes, 16384); },
          {{"typical",
            [](std::size_t bytes) {
              return repeated(typical_head + "Content-Length: 0\r\n\r\n", bytes);
            }},
           {"shortest, pipelined",
            [](std::size_t bytes) { return repeated("GET / HTTP/1.1\r\nHost:\r\n\r\n", bytes); },
            payload_bytes, 50},
           {"100 shortest fields", fields, payload_bytes, 100}}};
}

Parser slow_heads() {
  return {"heads, a byte at a time",
          [](const std::string& bytes) { return read_requests(bytes, 1); },
          {{"one long field",
            [](std::size_t bytes) {
              return "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(bytes, 'x') + "\r\n\r\n";
            },
            15'000, 400},
           {"99 fields",
            [](std::size_t bytes) {
              return "GET / HTTP/1.1\r\nHost: h\r\n" +
                     repeated("x: " + std::string(bytes / 95, 'x') + "\r\n", bytes) + "\r\n";
            },
            14'000, 400}}};
}

Parser chunks() {
  return {
      "chunked",
      [](const std::string& bytes) { return read_requests(bytes, 16384); },
      {{"typical", [](std::size_t bytes) { return chunked(bytes, 4096); }},
       {"one-byte chunks", [](std::size_t bytes) { return chunked(bytes, 1); }, payload_bytes, 100},
       {"longest extensions",
        [](std::size_t bytes) { return chunked(bytes, 1, ";" + std::string(1000, 'x')); },
        payload_bytes, 100}}};
}

// --- what a body was compressed with

class BitWriter {
 public:
  void put(unsigned value, unsigned bits) {
    for (unsigned i = 0; i < bits; ++i, ++count_) {
      if (count_ % 8 == 0) bytes_ += '\0';
      if (value >> i & 1) bytes_.back() = static_cast<char>(bytes_.back() | 1 << count_ % 8);
    }
  }
  /// A Huffman code, which goes from its most significant bit.
  void put_code(unsigned code, unsigned bits) {
    for (unsigned i = bits; i-- > 0;)
      put(code >> i & 1, 1);
  }
  std::size_t size() const { return bytes_.size(); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::size_t count_ = 0;
};

/// A member of blocks that each bring tables of the largest size, in the fewest bytes, and no data:
/// 226 codes of 8 bits and 60 of 9 for literals and lengths, 2 of 4 and 28 of 5 for distances.
std::string gzip_of_tables(std::size_t bytes) {
  BitWriter out;
  const auto repeat = [&out](int times) {  // the code length before, 3 to 6 times: symbol 16
    for (; times > 0; times -= 6) {
      out.put_code(0, 1);
      out.put(static_cast<unsigned>(std::clamp(times, 3, 6) - 3), 2);
    }
  };
  // Symbols 4, 5, 8, 9 have 3 bits, 16 has 1: codes 4, 5, 6, 7 and 0.
  const auto length = [&out](unsigned code) { out.put_code(code, 3); };
  while (out.size() + 64 < bytes) {
    out.put(0, 1);  // not the last
    out.put(2, 2);
    out.put(29, 5);  // 286
    out.put(29, 5);  // 30
    out.put(8, 4);   // 12 of: 16 17 18 0 8 7 9 6 10 5 11 4
    for (const unsigned bits : {1, 0, 0, 0, 3, 0, 3, 0, 0, 3, 0, 3})
      out.put(bits, 3);
    length(6);  // 8
    repeat(222);
    for (int i = 0; i < 3; ++i)
      length(6);
    length(7);  // 9
    repeat(54);
    for (int i = 0; i < 5; ++i)
      length(7);
    length(4);  // 4, 4
    length(4);
    length(5);  // 5
    repeat(24);
    for (int i = 0; i < 3; ++i)
      length(5);
    // Symbol 256, the end of the block, is the 31st of those with 9 bits: their first code is 452.
    out.put_code(452 + 30, 9);
  }
  out.put(1, 1);  // the last: stored, empty
  out.put(0, 2);
  std::string body = out.bytes();
  body += std::string("\x00\x00\xFF\xFF", 4);
  return std::string("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\xFF", 10) + body + std::string(8, '\0');
}

/// Rows of numbers that are not the same twice, so that they compress as real ones do.
std::string json_rows(std::size_t bytes) {
  std::string text = "[";
  for (unsigned i = 1; text.size() + 100 < bytes; ++i)
    text += (i == 1 ? "" : ",") + std::string("{\"id\":") + std::to_string(i * 2654435761u) +
            ",\"name\":\"customer " + std::to_string(i) +
            "\",\"amount\":" + std::to_string(i % 977) + ".50,\"active\":true}";
  return text + "]";
}

Reader expanding(gateway::Coding coding) {
  return [coding, expander = std::make_shared<gateway::Expander>()](const std::string& body) {
    const auto out = expander->expand(coding, body, payload_bytes);
    return std::max(body.size(), out ? out->size() : payload_bytes);
  };
}

Parser gzip() {
  return {
      "gzip",
      expanding(gateway::Coding::gzip),
      {{"typical", [](std::size_t bytes) { return gateway::gzip_compressed(json_rows(bytes)); }},
       {"empty members",
        [](std::size_t bytes) { return repeated(gateway::gzip_compressed(""), bytes); },
        payload_bytes, 100},
       {"tables without data", gzip_of_tables, payload_bytes, 2500},
       {"bomb",
        [](std::size_t bytes) { return gateway::gzip_compressed(std::string(40 * bytes, '\0')); },
        payload_bytes, 100}}};
}

Parser zstd() {
  return {
      "zstd",
      expanding(gateway::Coding::zstd),
      {{"typical", [](std::size_t bytes) { return gateway::zstd_compressed(json_rows(bytes), 3); }},
       {"empty frames, 8 MiB window",
        [](std::size_t bytes) {  // magic number, head, an empty raw block that is the last
          return repeated(std::string("\x28\xB5\x2F\xFD\x00\x68\x01\x00\x00", 9), bytes);
        },
        payload_bytes, 150},
       {"small frames with tables",
        [](std::size_t bytes) {
          std::string all;
          for (unsigned i = 0; all.size() + 300 < bytes; ++i)
            all += gateway::zstd_compressed(json_rows(400).substr(i % 7), 19);
          return all;
        },
        payload_bytes, 150},
       {"bomb",
        [](std::size_t bytes) {
          return gateway::zstd_compressed(std::string(40 * bytes, '\0'), 3);
        },
        payload_bytes, 20}}};
}

// --- payloads

Parser json_check() {
  return {
      "JSON check",
      [check = std::make_shared<gateway::JsonCheck>(),
       room = std::make_shared<std::string>()](const std::string& body) {
        if (*room != body) *room = padded(body);
        static_cast<void>(check->one_line(*room));
        return body.size();
      },
      {{"typical", [](std::size_t bytes) { return "{\"rows\":" + json_rows(bytes) + "}"; }},
       {"deepest, again and again",
        [](std::size_t bytes) {
          return "{\"a\":[" + repeated(std::string(500, '[') + std::string(500, ']') + ",", bytes) +
                 "0]}";
        },
        payload_bytes, 40},
       {"shortest members",
        [](std::size_t bytes) { return "{" + repeated("\"\":0,", bytes) + "\"\":0}"; },
        payload_bytes, 40},
       {"one long number",
        [](std::size_t bytes) { return "{\"a\":" + std::string(bytes, '7') + "}"; }, payload_bytes,
        20},
       {"longest fractions",
        [](std::size_t bytes) {
          return "{\"a\":[" + repeated("0." + std::string(800, '3') + "e-300,", bytes) + "0]}";
        },
        payload_bytes, 20},
       {"escapes",
        [](std::size_t bytes) { return "{\"a\":\"" + repeated("\\u00e9\\n", bytes) + "\"}"; },
        payload_bytes, 40},
       {"line breaks",
        [](std::size_t bytes) { return "{\"a\":[" + repeated("1,\n", bytes) + "0]}"; },
        payload_bytes, 40},
       {"four-byte characters",
        [](std::size_t bytes) { return "{\"a\":\"" + repeated("\xF0\x9F\x98\x80", bytes) + "\"}"; },
        payload_bytes, 20}}};
}

Parser xml_check() {
  return {"XML check",
          [converter = std::make_shared<xml::Converter>(),
           out = std::make_shared<std::string>()](const std::string& body) {
            out->clear();
            static_cast<void>(converter->convert(body, *out));
            return body.size();
          },
          {{"typical",
            [](std::size_t bytes) {
              return "<rows>" +
                     repeated("<row id=\"12345\"><name>customer</name><amount>12.50</amount></row>",
                              bytes) +
                     "</rows>";
            },
            payload_bytes, 300},
           {"default attributes",
            [](std::size_t bytes) {
              std::string dtd = "<!DOCTYPE r [<!ATTLIST e";
              for (std::size_t i = 0; i < bytes / 2 / 15; ++i)
                dtd += " a" + std::to_string(i) + " CDATA 'x'";
              return dtd + ">]><r>" + repeated("<e/>", bytes - std::min(bytes, dtd.size())) +
                     "</r>";
            },
            31'000, 500},
           {"most attributes",
            [](std::size_t bytes) {
              std::string element = "<e";
              for (int i = 0; i < 256; ++i)
                element += " a" + std::to_string(i) + "=''";
              return "<r>" + repeated(element + "/>", bytes) + "</r>";
            },
            payload_bytes, 500},
           {"shortest elements",
            [](std::size_t bytes) { return "<r>" + repeated("<a/>", bytes) + "</r>"; },
            payload_bytes, 1000},
           {"deepest, again and again",
            [](std::size_t bytes) {
              return "<r>" + repeated(repeated("<a>", 600) + repeated("</a>", 800), bytes) + "</r>";
            },
            payload_bytes, 500},
           {"character references",
            [](std::size_t bytes) { return "<r>" + repeated("&#233;", bytes) + "</r>"; },
            payload_bytes, 100},
           {"entities",
            [](std::size_t bytes) {
              return "<!DOCTYPE r [<!ENTITY e 'xxxxxxxxxxxxxxxxxxxxxxxxxx'>]><r>" +
                     repeated("&e;", bytes) + "</r>";
            },
            payload_bytes, 800}}};
}

// --- who asks

Parser tokens() {
  static const catalog::Snapshot snapshot = [] {
    catalog::Snapshot made;
    made.keys["tak-1"] = {"tak-1", 1, "acme", 1, {{1, std::string(32, 's'), std::nullopt}}};
    return made;
  }();
  static const Time now{std::chrono::seconds(1'800'000'000)};
  static const std::string good = [] {
    SomeRandom random;
    return token::mint(snapshot.keys.at("tak-1"), now, std::nullopt, random).value();
  }();
  const auto bad_claims = [](std::size_t bytes) {
    return good.substr(0, good.find('.') + 1) + std::string(bytes, 'e') +
           good.substr(good.rfind('.'));
  };
  return {
      "token",
      [](const std::string& token) {
        static_cast<void>(token::verify(token, snapshot, now));
        return token.size();
      },
      {{"typical", [](std::size_t) { return good; }, payload_bytes, 1500},
       {"long claims, wrong signature", bad_claims, 15'000, 100},
       {"no token at all", [](std::size_t bytes) { return std::string(bytes, '.'); }, 15'000, 20}}};
}

Parser types() {
  return {
      "Content-Type",
      [](const std::string& value) {
        static_cast<void>(gateway::content_type_of(value));
        return value.size();
      },
      {{"typical", [](std::size_t) { return std::string("application/json; charset=utf-8"); },
        payload_bytes, 500},
       {"shortest parameters",
        [](std::size_t bytes) { return "application/json" + repeated(";", bytes); }, 15'000, 200}}};
}

}  // namespace

int main() {
  bool all_well = true;
  double unit = 0;  // a typical byte of JSON
  std::printf("%-24s %-30s %9s %9s %9s %9s\n", "parser", "input", "bytes", "ns/byte", "ratio",
              "at most");
  for (const Parser& parser : {json_check(), heads(), slow_heads(), chunks(), gzip(), zstd(),
                               xml_check(), tokens(), types()}) {
    for (const Input& input : parser.inputs) {
      const std::string whole = input.made(input.bytes);
      const double cost = ns_a_byte(parser.read, whole);
      if (unit == 0) unit = cost;
      const double ratio = cost / unit;
      const double ratio_max = input.ratio_max == 0 ? 200 : input.ratio_max;
      const double growth = cost / ns_a_byte(parser.read, input.made(input.bytes / 4));
      const bool is_well = ratio <= ratio_max && growth <= 3;
      all_well = all_well && is_well;
      std::printf("%-24s %-30s %9zu %9.2f %9.1f %9.0f%s\n", parser.name, input.name, whole.size(),
                  cost, ratio, ratio_max,
                  is_well      ? ""
                  : growth > 3 ? "  GROWS"
                               : "  TOO MUCH");
    }
  }
  return all_well ? 0 : 1;
}
