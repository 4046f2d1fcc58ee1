#pragma once

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "base/limits.hpp"
#include "http/request.hpp"

/// Parses a head with Boost.Beast: an independent judgement of HeadParser, for tests and fuzzing
/// only. The server used Beast before HeadParser; the checks that surrounded Beast are kept here.
namespace weir::http::oracle {

namespace beast = boost::beast;
using beast::error_code;
using Text = beast::string_view;

enum class Verdict : std::uint8_t { more, refused, whole };

inline std::optional<Field> known_field(beast::http::field field, Text name) {
  switch (field) {
    case beast::http::field::authorization:
      return Field::authorization;
    case beast::http::field::content_type:
      return Field::content_type;
    case beast::http::field::content_encoding:
      return Field::content_encoding;
    case beast::http::field::host:
      return Field::host;
    case beast::http::field::unknown:
      break;
    default:
      return std::nullopt;
  }
  if (beast::iequals(name, "x-amperity-tenant") || beast::iequals(name, "amperity-tenant") ||
      beast::iequals(name, "tenant"))
    return Field::tenant;
  if (beast::iequals(name, "idempotency-key")) return Field::idempotency_key;
  return std::nullopt;
}

/// Beast judges the grammar; this keeps the places and is strict about framing.
class BeastHead final : public beast::http::basic_parser<true> {
 public:
  BeastHead(const char* base, RequestHead& head) : base_(base), head_(head) {
    skip(true);
    header_limit(std::numeric_limits<std::uint16_t>::max());
  }

 private:
  Place place_of(Text text) const {
    return {static_cast<std::uint16_t>(text.data() - base_),
            static_cast<std::uint16_t>(text.size())};
  }
  Text text_of(Place place) const { return {base_ + place.at, place.size}; }

  static void refuse(error_code& ec) { ec = beast::http::error::bad_value; }

  void on_request_impl(beast::http::verb, Text method, Text target, int version,
                       error_code&) override {
    head_.method = place_of(method);
    head_.target = place_of(target);
    head_.is_http10 = version == 10;
  }

  void on_field_impl(beast::http::field field, Text name, Text value, error_code& ec) override {
    if (head_.line_count == limits::header_fields_max) return refuse(ec);
    if (field == beast::http::field::content_length) {
      const bool is_digits = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
        return c >= '0' && c <= '9';
      });
      if (head_.has_length || !is_digits) return refuse(ec);
      head_.has_length = true;
    } else if (field == beast::http::field::transfer_encoding) {
      if (!beast::iequals(value, "chunked")) return refuse(ec);
      head_.chunked = true;
    } else if (field == beast::http::field::expect) {
      head_.expects_continue = beast::iequals(value, "100-continue");
    }
    const std::uint8_t line = head_.line_count++;
    head_.lines[line] = {place_of(name), place_of(value)};
    if (const auto known = known_field(field, name)) keep(*known, line);
  }

  void keep(Field field, std::uint8_t line) {
    auto& kept = head_.known[static_cast<std::size_t>(field)];
    if (kept < 0) {
      kept = static_cast<std::int8_t>(line);
      return;
    }
    const bool is_list = field == Field::content_encoding;
    if (is_list || text_of(head_.lines[static_cast<std::uint8_t>(kept)].value) !=
                       text_of(head_.lines[line].value))
      head_.conflicting |= static_cast<std::uint8_t>(1u << static_cast<unsigned>(field));
  }

  void on_header_impl(error_code& ec) override {
    const bool has_host = head_.known[static_cast<std::size_t>(Field::host)] >= 0;
    if (!has_host && !head_.is_http10) return refuse(ec);
    if ((head_.conflicting >> static_cast<unsigned>(Field::host)) & 1) return refuse(ec);
    if (head_.chunked && head_.is_http10) return refuse(ec);
    head_.content_length = content_length().value_or(0);
    head_.keep_alive = keep_alive();
  }

  void on_response_impl(int, Text, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  const char* base_;
  RequestHead& head_;
};

/// Where the head at the front ends: Beast is lenient with folding, so it never sees any.
inline Verdict find_end(std::string_view bytes, std::size_t& end) {
  for (std::size_t line = 0;; line = end) {
    const std::size_t found = bytes.find('\n', line);
    end = found == std::string_view::npos ? bytes.size() : found + 1;
    if (end > limits::header_bytes_max) return Verdict::refused;
    if (found == std::string_view::npos) return Verdict::more;
    if (found == 0 || bytes[found - 1] != '\r') return Verdict::refused;
    if (line > 0 && end - line == 2) return Verdict::whole;
    if (line > 0 && (bytes[line] == ' ' || bytes[line] == '\t')) return Verdict::refused;
  }
}

inline Verdict parse(std::string_view bytes, RequestHead& head) {
  std::size_t end = 0;
  if (const Verdict verdict = find_end(bytes, end); verdict != Verdict::whole) return verdict;
  head = {};
  head.known.fill(-1);
  head.bytes = static_cast<std::uint32_t>(end);
  BeastHead parser(bytes.data(), head);
  error_code ec;
  const std::size_t used = parser.put(boost::asio::const_buffer(bytes.data(), end), ec);
  return !ec && used == end && parser.is_done() ? Verdict::whole : Verdict::refused;
}

/// The one case in which HeadParser refuses a head that Beast accepts: RFC 9112 3.2 requires
/// exactly one Host, even if both are equal, and requires a valid host in it.
inline bool has_wrong_host(std::string_view bytes, const RequestHead& head) {
  static const std::regex host(
      R"(((?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*|\[[0-9A-Fa-f:.]+\]|)"
      R"(\[[vV][A-Za-z0-9\-._~!$&'()*+,;=:]*\])(?::[0-9]*)?)");
  int hosts = 0;
  bool is_wrong = false;
  for (std::size_t i = 0; i < head.line_count; ++i) {
    const auto& [name, value] = head.lines[i];
    if (!beast::iequals(Text(bytes.data() + name.at, name.size), "host")) continue;
    ++hosts;
    is_wrong |=
        !std::regex_match(bytes.data() + value.at, bytes.data() + value.at + value.size, host);
  }
  return hosts > 1 || is_wrong;
}

/// All that a head says, for comparing: places as numbers, so that no byte is off.
inline std::string all_of(const RequestHead& head) {
  std::string text = std::to_string(head.bytes);
  const auto add = [&text](const char* what, auto value) {
    text += std::string(" ") + what + "=" + std::to_string(value);
  };
  const auto add_place = [&add](const char* what, Place place) {
    // Where nothing stands does not matter.
    add(what, place.size == 0 ? 0 : place.at);
    add("+", place.size);
  };
  add_place("method", head.method);
  add_place("target", head.target);
  for (std::size_t i = 0; i < head.line_count; ++i) {
    add_place("name", head.lines[i].name);
    add_place("value", head.lines[i].value);
  }
  for (const auto line : head.known)
    add("known", static_cast<int>(line));
  add("conflicting", head.conflicting);
  add("http10", head.is_http10);
  add("keep_alive", head.keep_alive);
  add("chunked", head.chunked);
  add("has_length", head.has_length);
  add("expects_continue", head.expects_continue);
  add("content_length", head.content_length);
  return text;
}

}  // namespace weir::http::oracle
