#include "catalog/dialect.hpp"

// A session knows which library drives it, so that nothing has to be passed along with it.
namespace weir::catalog {

const Dialect& Dialect::of(const soci::session& session) {
  return session.get_backend_name() == "postgresql" ? postgres_dialect() : sqlite_dialect();
}

std::string replaced(std::string text, std::string_view word, std::string_view by) {
  for (std::size_t at = text.find(word); at != std::string::npos;
       at = text.find(word, at + by.size()))
    text.replace(at, word.size(), by);
  return text;
}

}  // namespace weir::catalog
