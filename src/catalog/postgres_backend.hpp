#pragma once

#include <memory>
#include <string>

#include "catalog/backend.hpp"

namespace weir::catalog {

/// Whether it names a PostgreSQL database: "postgresql://..." or "postgres://...".
bool is_postgres(const std::string& address);

/// PostgreSQL 15 or newer. `url` is a connection URI of libpq, which also says where the password,
/// TLS and several hosts come from; what it leaves out is: connect_timeout 5 s, tcp_user_timeout
/// 10 s, target_session_attrs read-write, and the settings statement_timeout 30 s, lock_timeout
/// 20 s, idle_in_transaction_session_timeout 10 s. The database has the encoding UTF8; its
/// collation does not matter. Tables are in the schema that is first in search_path, which is made
/// where it is missing.
///
/// A change takes the lock of the table catalog_state, then reads and writes at isolation level
/// SERIALIZABLE; a read is REPEATABLE READ, READ ONLY. A transaction that the server refused to
/// serialise, or whose connection was lost before its commit, is made again up to 5 times. Where
/// the connection was lost during the commit, the server is asked afterwards whether it happened.
/// Where it cannot be asked, the error is commit_timeout, and nothing goes on before it can.
///
/// Errors that call for a person name the server without its password: unavailable (it is away, or
/// a standby), bad_request (the URI, an old version, another encoding), forbidden (no rights).
std::unique_ptr<Backend> postgres_backend(const std::string& url);

}  // namespace weir::catalog
