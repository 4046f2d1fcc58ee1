#include "http/reply_format.hpp"

#include <charconv>

namespace weir::http {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

}  // namespace

void append_reply(std::string& out, const Reply& reply, Persistence persistence, bool head_only) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(reply.status));
  out += ' ';
  out += reason_of(reply.status);
  if (reply.status != 204) {
    out += "\r\nContent-Type: ";
    out += reply.content_type;
    out += "\r\nContent-Length: ";
    append_number(out, reply.body.size());
  }
  out += "\r\n";
  out += reply.headers;
  if (persistence == Persistence::close) out += "Connection: close\r\n";
  if (persistence == Persistence::keep_http10) out += "Connection: keep-alive\r\n";
  out += "\r\n";
  if (!head_only && reply.status != 204) out += reply.body;
}

void append_head(std::string& out, const Reply& head) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(head.status));
  out += ' ';
  out += reason_of(head.status);
  out += "\r\nContent-Type: ";
  out += head.content_type;
  out += "\r\n";
  out += head.headers;
  out += "Connection: close\r\n\r\n";
}

}  // namespace weir::http
