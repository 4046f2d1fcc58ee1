#include "http/request_parser.hpp"

#include <algorithm>

#include "http/byte_class.hpp"
#include "http/exchange.hpp"

namespace weir::http {
namespace {

Error malformed(const char* why) {
  return {Errc::bad_request, std::string("The request is not valid HTTP/1.1: ") + why + "."};
}

}  // namespace

std::span<char> RequestParser::room() {
  return buffer_.room(bytes_wanted());
}

std::size_t RequestParser::bytes_wanted() const {
  if (state_ == State::body && !head_.chunked)
    return head_.bytes + static_cast<std::size_t>(head_.content_length);
  if (state_ == State::body)
    return head_.bytes + limits::connection_buffer_bytes +
           static_cast<std::size_t>(body_bytes_max_);
  return limits::header_bytes_max + limits::connection_buffer_bytes;
}

RequestParser::Event RequestParser::next() {
  switch (state_) {
    case State::start:
      if (!skip_blank_line()) return Event::need_more;
      if (buffer_.size() == 0) return Event::need_more;
      if (!is(ByteClass::token, *buffer_.begin()))  // TLS, say
        return refuse(malformed("it does not begin with a method; use http, not https, here"));
      state_ = State::head;
      [[fallthrough]];
    case State::head:
      return read_head();
    case State::body:
      return read_body();
    case State::whole:
      return Event::request;
    case State::refused:
      break;
  }
  return Event::refused;
}

/// RFC 9112 2.2: one empty line before a request is forgiven. False: it may still become one.
bool RequestParser::skip_blank_line() {
  if (skipped_blank_ || buffer_.size() == 0 || *buffer_.begin() != '\r') return true;
  if (buffer_.size() < 2) return false;
  skipped_blank_ = true;
  if (buffer_.begin()[1] == '\n') buffer_.consume(2);
  return true;
}

RequestParser::Event RequestParser::read_head() {
  const auto is_whole = head_parser_.parse({buffer_.begin(), buffer_.size()}, head_);
  if (!is_whole) return refuse(is_whole.error());
  if (!*is_whole) return Event::need_more;
  state_ = State::body;
  body_bytes_max_ = body_bytes_ceiling_;
  body_end_ = raw_ = head_.bytes;
  return read_body();
}

RequestParser::Event RequestParser::read_body() {
  if (head_.chunked) return read_chunks();
  if (head_.content_length > body_bytes_max_) return refuse(too_large(body_bytes_max_));
  if (buffer_.size() - head_.bytes >= head_.content_length) {
    body_end_ = raw_ = head_.bytes + static_cast<std::size_t>(head_.content_length);
    state_ = State::whole;
    return Event::request;
  }
  if (std::exchange(head_reported_, true)) return Event::need_more;
  return Event::head;
}

RequestParser::Event RequestParser::read_chunks() {
  // A chunk announced together with the head was not checked against the limit yet.
  if (chunks_.announced() > body_bytes_max_) return refuse(too_large(body_bytes_max_));
  char* const base = buffer_.begin();
  char* in = base + raw_;
  char* out = base + body_end_;
  const auto step = chunks_.decode(in, base + buffer_.size(), out, body_bytes_max_);
  raw_ = static_cast<std::size_t>(in - base);
  body_end_ = static_cast<std::size_t>(out - base);
  switch (step) {
    case ChunkedDecoder::Step::bad:
      return refuse(malformed("the chunked body is malformed"));
    case ChunkedDecoder::Step::too_large:
      return refuse(too_large(body_bytes_max_));
    case ChunkedDecoder::Step::done:
      state_ = State::whole;
      return Event::request;
    case ChunkedDecoder::Step::more:
      break;
  }
  buffer_.truncate(body_end_);  // all was consumed; read on right after the data
  raw_ = body_end_;
  if (std::exchange(head_reported_, true)) return Event::need_more;
  return Event::head;
}

RequestView RequestParser::request(std::string_view peer) const {
  const char* base = buffer_.begin();
  const bool whole = state_ == State::whole;
  return {base, head_, whole ? std::string_view(base + head_.bytes, body_end_ - head_.bytes) : "",
          peer};
}

void RequestParser::take() {
  buffer_.consume(raw_);
  state_ = State::start;
  head_reported_ = skipped_blank_ = false;
  head_parser_ = {};
  chunks_ = {};
  body_end_ = raw_ = 0;
}

RequestParser::Event RequestParser::refuse(Error error) {
  refusal_ = std::move(error);
  state_ = State::refused;
  return Event::refused;
}

}  // namespace weir::http
