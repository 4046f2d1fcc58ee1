#include "fields/example.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "fields/field_limits.hpp"

// By words in names and by the look of values. It errs on the side of hiding: a masked example
// still shows what form a field has, and the payload itself is one click away for those who may
// read it.
namespace weir::fields {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// "Given-Name" and "given_name" are "givenname".
std::string letters_of(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (is_letter(c)) out.push_back(static_cast<char>(c | 0x20));
  return out;
}

template <std::size_t Count>
bool has_one_of(const std::string& letters, const std::array<std::string_view, Count>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return letters.find(word) != std::string::npos;
  });
}

template <std::size_t Count>
bool is_one_of(const std::string& letters, const std::array<std::string_view, Count>& words) {
  return std::find(words.begin(), words.end(), letters) != words.end();
}

constexpr std::array<std::string_view, 13> secret_words = {
    "password", "passwd",  "passphrase", "secret",     "token",     "apikey",      "authorization",
    "cookie",   "session", "credential", "privatekey", "signature", "securitycode"};
constexpr std::array<std::string_view, 6> secret_names = {"pwd", "pin", "cvv",
                                                          "cvc", "otp", "auth"};
constexpr std::array<std::string_view, 40> personal_words = {
    "mail",       "phone",          "mobile",       "firstname",   "lastname",  "fullname",
    "surname",    "givenname",      "familyname",   "middlename",  "nickname",  "username",
    "maiden",     "personname",     "customername", "contactname", "recipient", "cardholder",
    "address",    "street",         "postal",       "postcode",    "zipcode",   "birth",
    "passport",   "socialsecurity", "taxid",        "taxnumber",   "iban",      "cardnumber",
    "creditcard", "accountnumber",  "ipaddr",       "latitude",    "longitude", "geolocation",
    "gender",     "driverlicense",  "licenseplate", "nationalid"};
constexpr std::array<std::string_view, 19> personal_names = {
    "name", "tel",  "fax", "zip", "dob", "ssn",      "ip",       "lat",    "lon",  "lng",
    "pan",  "card", "age", "sex", "bic", "clientip", "remoteip", "userip", "login"};

/// Digits as a card's number has them, with the check digit that makes it one.
bool is_card_number(std::string_view text) {
  int sum = 0;
  int count = 0;
  for (auto c = text.rbegin(); c != text.rend(); ++c) {
    if (*c == ' ' || *c == '-') continue;
    if (!is_digit(*c)) return false;
    int digit = *c - '0';
    if (count % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
    ++count;
  }
  return count >= 13 && count <= 19 && sum % 10 == 0;
}

bool is_network_address(std::string_view text) {
  const auto only = [&](auto&& allowed) { return std::all_of(text.begin(), text.end(), allowed); };
  const bool four = std::count(text.begin(), text.end(), '.') == 3 && text.size() <= 15 &&
                    only([](char c) { return is_digit(c) || c == '.'; });
  const bool six =
      std::count(text.begin(), text.end(), ':') >= 4 && text.size() <= 45 && only([](char c) {
        const char low = static_cast<char>(c | 0x20);
        return is_digit(c) || c == ':' || c == '.' || (low >= 'a' && low <= 'f');
      });
  return four || six;
}

bool looks_personal(std::string_view text) {
  const std::size_t at = text.find('@');
  const bool mail =
      at != std::string_view::npos && at > 0 && text.find('.', at) != std::string_view::npos;
  return mail || is_card_number(text) || is_network_address(text);
}

bool looks_secret(std::string_view text) {
  return text.starts_with("eyJ") || text.starts_with("Bearer ") || text.starts_with("Basic ") ||
         text.starts_with("-----BEGIN");
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

Shown shown_by_name(std::string_view name) {
  const std::string letters = letters_of(name);
  if (has_one_of(letters, secret_words) || is_one_of(letters, secret_names)) return Shown::nothing;
  if (has_one_of(letters, personal_words) || is_one_of(letters, personal_names))
    return Shown::masked;
  return Shown::plain;
}

std::optional<Example> example_of(Type type, std::string_view text, Shown shown) {
  if (shown == Shown::nothing || looks_secret(text)) return std::nullopt;
  Example out{type, "", shown == Shown::masked || looks_personal(text)};
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (continues(c)) {
      if (!out.masked) out.text.push_back(c);
      continue;
    }
    if (++characters > limits::example_characters_max) {
      out.text += "…";
      break;
    }
    if (!out.masked || (static_cast<unsigned char>(c) < 0x80 && !is_letter(c) && !is_digit(c)))
      out.text.push_back(c);
    else
      out.text.push_back(is_digit(c) ? '9' : 'x');
  }
  return out;
}

}  // namespace weir::fields
