// Boost.JSON, compiled once: Debian's boost headers carry its sources.
#include <boost/json/src.hpp>
