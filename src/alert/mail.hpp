#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "catalog/alerts.hpp"

namespace weir::alert {

/// A mail of plain text.
struct Letter {
  std::string from;  // valid addresses (endpoint.hpp)
  std::string to;
  std::string subject;
  std::string text;
  std::string id;  // of letters, digits and "-._"; the same mail has the same
  Time written_at;
};
/// As RFC 5322 text with CRLF: UTF-8, quoted-printable. Nothing in subject or text can add a
/// header.
std::string mail_of(const Letter& letter);

/// A message as RFC 5322 text with CRLF: plain text, UTF-8, quoted-printable. Nothing in the event
/// can add a header. `from` and the target are valid addresses (endpoint.hpp). The same message
/// always has the same Message-ID and Date.
std::string mail_of(const catalog::DueAlert& alert, const std::string& from);

/// A header's text as RFC 2047 has it: unchanged where it is short visible ASCII, otherwise encoded
/// words, folded. Control characters become blanks.
std::string header_text(std::string_view text);

/// "Tue, 02 Mar 2027 08:00:00 +0000"
std::string mail_date(Time time);

std::string quoted_printable(std::string_view text);

}  // namespace weir::alert
