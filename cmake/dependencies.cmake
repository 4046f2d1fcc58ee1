# Every library we stand on, in one place; why each was chosen is in docs/dependencies.md.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(simdjson REQUIRED)
find_package(ZLIB REQUIRED)
find_package(LibArchive 3.6 REQUIRED)
find_package(CURL 7.85 REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS i18n uc)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
find_package(tl-expected REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(expat REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(libcbor REQUIRED IMPORTED_TARGET libcbor)
pkg_check_modules(libjwt REQUIRED IMPORTED_TARGET libjwt)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(argon2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)

# SOCI's Debian package ships no CMake or pkg-config file.
find_path(SOCI_INCLUDE soci/soci.h REQUIRED)
find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_SQLITE3 soci_sqlite3 REQUIRED)
add_library(soci INTERFACE)
target_include_directories(soci SYSTEM INTERFACE ${SOCI_INCLUDE})
target_link_libraries(soci INTERFACE ${SOCI_SQLITE3} ${SOCI_CORE} SQLite::SQLite3)

# DuckDB: a system-wide one, or what script/setup fetched and checked into .deps/duckdb.
find_path(DUCKDB_INCLUDE duckdb.h HINTS ${PROJECT_SOURCE_DIR}/.deps/duckdb)
find_library(DUCKDB_LIBRARY duckdb HINTS ${PROJECT_SOURCE_DIR}/.deps/duckdb)
if(NOT DUCKDB_INCLUDE OR NOT DUCKDB_LIBRARY)
  message(FATAL_ERROR "DuckDB is missing: run script/setup, which fetches the pinned version into "
                      ".deps/duckdb, or install libduckdb and duckdb.h system-wide.")
endif()
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION ${DUCKDB_LIBRARY}
  IMPORTED_NO_SONAME TRUE
  INTERFACE_INCLUDE_DIRECTORIES ${DUCKDB_INCLUDE})

if(WEIR_TESTS)
  find_package(GTest REQUIRED)
  find_package(yaml-cpp REQUIRED)
endif()
