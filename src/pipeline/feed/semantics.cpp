// Names are compared without case and without what is no letter or digit, so that FirstName,
// first_name and first-name are one. Whole names only: a part of a name says too little
// (`email_count`, `state_machine`).
#include "pipeline/feed/semantics.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::feed {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 58> names{
    {{"address", "address"},
     {"address1", "address"},
     {"address2", "address2"},
     {"addressline1", "address"},
     {"addressline2", "address2"},
     {"birthdate", "birthdate"},
     {"birthday", "birthdate"},
     {"cellphone", "phone"},
     {"city", "city"},
     {"company", "company"},
     {"companyname", "company"},
     {"country", "country"},
     {"countrycode", "country"},
     {"customeremail", "email"},
     {"customername", "full-name"},
     {"customerphone", "phone"},
     {"dateofbirth", "birthdate"},
     {"dob", "birthdate"},
     {"email", "email"},
     {"emailaddress", "email"},
     {"familyname", "surname"},
     {"firstname", "given-name"},
     {"fname", "given-name"},
     {"forename", "given-name"},
     {"fullname", "full-name"},
     {"gender", "gender"},
     {"generationalsuffix", "generational-suffix"},
     {"givenname", "given-name"},
     {"honorific", "title"},
     {"lastname", "surname"},
     {"lname", "surname"},
     {"mail", "email"},
     {"mobile", "phone"},
     {"mobilenumber", "phone"},
     {"mobilephone", "phone"},
     {"namesuffix", "generational-suffix"},
     {"phone", "phone"},
     {"phonenumber", "phone"},
     {"postal", "postal"},
     {"postalcode", "postal"},
     {"postcode", "postal"},
     {"province", "state"},
     {"salutation", "title"},
     {"secondname", "surname"},
     {"sex", "gender"},
     {"state", "state"},
     {"statecode", "state"},
     {"stateprovince", "state"},
     {"street", "address"},
     {"streetaddress", "address"},
     {"surname", "surname"},
     {"tel", "phone"},
     {"telephone", "phone"},
     {"telephonenumber", "phone"},
     {"town", "city"},
     {"zip", "postal"},
     {"zipcode", "postal"},
     {"zippostalcode", "postal"}}};

constexpr bool in_order() {
  for (std::size_t i = 1; i < names.size(); ++i)
    if (names[i].first <= names[i - 1].first) return false;
  return true;
}
static_assert(in_order(), "the names are looked up by halving");

}  // namespace

std::string suggested_semantic(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      plain += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      plain += c;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      return {};
    }
  }
  const auto found = std::lower_bound(
      names.begin(), names.end(), std::string_view(plain),
      [](const auto& known, std::string_view wanted) { return known.first < wanted; });
  return found != names.end() && found->first == plain ? std::string(found->second) : "";
}

}  // namespace weir::feed
