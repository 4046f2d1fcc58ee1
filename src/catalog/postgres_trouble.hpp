#pragma once

#include <cstdint>

namespace weir::catalog {

/// What befell a transaction that may be tried again: the server asked for that (it could not be
/// serialised, or was the victim of a deadlock), or the connection is lost.
enum class Trouble : std::uint8_t { none, again, lost };

/// Of the thread's present transaction, which runs on it from begin to end. An Error does not tell
/// it: to those who are told the error there is nothing more to know.
void note_trouble(Trouble trouble);
/// And forgets it.
Trouble take_trouble();

}  // namespace weir::catalog
