// The library throws; this is the one place that catches it.

#include "workflow/zone.hpp"

#include <exception>
#include <string>

namespace weir::workflow {

Result<const date::time_zone*> find_zone(std::string_view name) {
  try {
    date::get_tzdb();
  } catch (const std::exception& error) {
    return fail(Errc::unavailable, std::string("This machine's time zones cannot be read; install "
                                               "its package tzdata: ") +
                                       error.what());
  }
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return fail(
        Errc::bad_request,
        "There is no time zone \"" + std::string(name) +
            "\"; write one by its name in the IANA database, such as Europe/Berlin or UTC.");
  }
}

}  // namespace weir::workflow
