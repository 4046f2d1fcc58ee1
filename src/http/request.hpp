#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/limits.hpp"

/// One request as the server uses it: offsets into the connection's buffer; nothing is copied.
namespace weir::http {

/// The header fields that the hot path needs; the head parser finds them.
enum class Field : std::uint8_t {
  authorization,
  content_type,
  content_encoding,
  tenant,
  idempotency_key,
  host
};
inline constexpr std::size_t known_fields = 6;

/// A place in a request's head, from the head's first byte.
struct Place {
  std::uint16_t at = 0;
  std::uint16_t size = 0;
};

/// A parsed head. It holds offsets, not views, so that the buffer may move while a body arrives.
struct RequestHead {
  struct Line {
    Place name;
    Place value;
  };
  std::uint32_t bytes = 0;  // of the head, with its empty line
  Place method;
  Place target;
  std::array<Line, limits::header_fields_max> lines;
  std::uint8_t line_count = 0;
  std::array<std::int8_t, known_fields> known{};  // index into lines; -1: not sent
  std::uint8_t conflicting = 0;                   // bit per known field sent with two values
  bool is_http10 = false;
  bool keep_alive = false;
  bool chunked = false;
  bool has_length = false;
  bool expects_continue = false;
  std::uint64_t content_length = 0;
};

/// Bytes after a body that may be read (but not used), as SIMD parsers require.
inline constexpr std::size_t body_padding = 64;

/// One request, whole or only its head. Valid during the call that it is passed to.
class RequestView {
 public:
  RequestView(const char* base, const RequestHead& head, std::string_view body,
              std::string_view peer)
      : base_(base), head_(&head), body_(body), peer_(peer) {}

  std::string_view method() const { return text(head_->method); }
  /// The target as sent: path and query.
  std::string_view target() const { return text(head_->target); }
  /// The path: the target without query, and without scheme and authority where a proxy sent them.
  std::string_view path() const;
  /// The query: what follows '?' in the target.
  std::string_view query() const;
  bool has(Field field) const { return line_of(field) >= 0; }
  /// A field's value; empty when it was not sent.
  std::string_view value(Field field) const {
    return has(field) ? text(head_->lines[static_cast<std::size_t>(line_of(field))].value)
                      : std::string_view();
  }
  /// Whether the field was sent with several values that differ (content_encoding: several at all).
  bool conflicting(Field field) const {
    return (head_->conflicting >> static_cast<unsigned>(field)) & 1;
  }
  std::size_t field_count() const { return head_->line_count; }
  std::string_view field_name(std::size_t i) const { return text(head_->lines[i].name); }
  std::string_view field_value(std::size_t i) const { return text(head_->lines[i].value); }
  /// Whether a length or chunks announced a body, empty or not.
  bool announces_body() const { return head_->has_length || head_->chunked; }
  /// The Content-Length; 0 where none was sent.
  std::uint64_t content_length() const { return head_->content_length; }
  bool is_chunked() const { return head_->chunked; }
  /// Whether this is "OPTIONS *", which concerns no path.
  bool is_for_server() const { return target() == "*" && method() == "OPTIONS"; }
  bool keep_alive() const { return head_->keep_alive; }
  bool is_http10() const { return head_->is_http10; }
  bool expects_continue() const { return head_->expects_continue; }
  /// The decoded body; empty while only the head has arrived. body_padding readable bytes follow.
  std::string_view body() const { return body_; }
  /// The caller's IP address.
  std::string_view peer() const { return peer_; }

 private:
  std::string_view text(Place place) const { return {base_ + place.at, place.size}; }
  int line_of(Field field) const { return head_->known[static_cast<std::size_t>(field)]; }

  const char* base_;
  const RequestHead* head_;
  std::string_view body_;
  std::string_view peer_;
};

}  // namespace weir::http
