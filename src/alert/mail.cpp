#include "alert/mail.hpp"

#include <algorithm>
#include <cstdio>

#include "base/base64.hpp"

// libcurl's own MIME makes a multipart of everything, which some readers show as an attachment. One
// part of text is four headers, so they are written here. Quoted-printable rather than Base64: the
// text can be read in a log or a queue.
namespace weir::alert {
namespace {

constexpr std::size_t plain_header_bytes_max = 60;
constexpr std::size_t encoded_bytes_max = 42;  // 56 of Base64: an encoded word has 75 at most
constexpr std::size_t line_bytes_max = 76;
constexpr std::string_view hex = "0123456789ABCDEF";

/// The end of a piece of at most `most` bytes that cuts no UTF-8 character.
std::size_t cut(std::string_view text, std::size_t begin, std::size_t most) {
  if (text.size() - begin <= most) return text.size();
  std::size_t end = begin + most;
  while (end > begin + 1 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return end;
}

void add_line(std::string& body, std::string_view name, const std::string& value) {
  if (!value.empty()) body.append(name).append(": ").append(value).append("\n");
}

std::string body_of(const catalog::DueAlert& alert) {
  const catalog::AlertEvent& event = alert.message.event;
  std::string body = event.title + "\n\n" + event.text + "\n\n";
  add_line(body, "Kind", std::string(to_string(event.kind)));
  add_line(body, "Time", to_string(alert.message.happened_at));
  add_line(body, "Tenant", alert.tenant);
  add_line(body, "Run", event.run_id);
  add_line(body, "Group", event.group_id);
  add_line(body, "Courier", event.courier_id);
  add_line(body, "Stream", event.stream_id);
  return body;
}

}  // namespace

std::string mail_date(Time time) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Day day = day_of(time);
  const CalendarDay date = calendar_day(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %04lld %02d:%02d:%02d +0000",
                days[std::chrono::weekday(day).c_encoding()], date.day, months[date.month - 1],
                static_cast<long long>(date.year), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::string header_text(std::string_view text) {
  std::string line(text);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; };
  std::replace_if(line.begin(), line.end(), is_control, ' ');
  const bool is_plain =
      line.size() <= plain_header_bytes_max && line.find("=?") == std::string::npos &&
      std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 0x7F; });
  if (is_plain) return line;
  std::string out;
  for (std::size_t begin = 0; begin < line.size();) {
    const std::size_t end = cut(line, begin, encoded_bytes_max);
    if (begin > 0) out += "\r\n ";
    out += "=?utf-8?B?" + to_base64(line.substr(begin, end - begin)) + "?=";
    begin = end;
  }
  return out;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (byte == '\n') {
      out += "\r\n";
      width = 0;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool is_blank = byte == ' ' || byte == '\t';
    const bool stays = (byte > ' ' && byte < 0x7F && byte != '=') || (is_blank && !ends_line);
    const std::size_t bytes = stays ? 1 : 3;
    if (width + bytes > line_bytes_max - 1) {  // one is the = of a soft line break
      out += "=\r\n";
      width = 0;
    }
    width += bytes;
    if (stays) {
      out += text[i];
    } else {
      out.append("=").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
    }
  }
  return out;
}

std::string mail_of(const Letter& letter) {
  const std::string domain = letter.from.substr(letter.from.rfind('@') + 1);
  return "Date: " + mail_date(letter.written_at) +
         "\r\n"
         "From: Weir <" +
         letter.from +
         ">\r\n"
         "To: <" +
         letter.to +
         ">\r\n"
         "Subject: " +
         header_text(letter.subject) +
         "\r\n"
         "Message-ID: <" +
         letter.id + "@" + domain +
         ">\r\n"
         "Auto-Submitted: auto-generated\r\n"
         "MIME-Version: 1.0\r\n"
         "Content-Type: text/plain; charset=utf-8\r\n"
         "Content-Transfer-Encoding: quoted-printable\r\n"
         "\r\n" +
         quoted_printable(letter.text);
}

std::string mail_of(const catalog::DueAlert& alert, const std::string& from) {
  return mail_of(Letter{.from = from,
                        .to = alert.target,
                        .subject = "[Weir " + alert.tenant + "] " + alert.message.event.title,
                        .text = body_of(alert),
                        .id = alert.message.id,
                        .written_at = alert.message.happened_at});
}

}  // namespace weir::alert
