#include <gtest/gtest.h>

#include "engine/dialect/dialect.hpp"

namespace weir::dialect {
namespace {

TEST(ByRecordTest, WhatLooksAtOneRecordAtATimeIsKnown) {
  for (const char* query :
       {"SELECT * FROM s", "SELECT k, upper(v) FROM s WHERE k > 1 ORDER BY k",
        "SELECT k, e FROM s LATERAL VIEW explode(a) t AS e", "SELECT k, explode(a) FROM s",
        "SELECT k FROM s UNION ALL SELECT w FROM o", "SELECT k FROM (SELECT * FROM s WHERE k = 1)",
        "WITH x AS (SELECT k FROM s) SELECT * FROM x"})
    EXPECT_TRUE(is_by_record(query)) << query;
}

TEST(ByRecordTest, WhatPutsRecordsTogetherIsKnown) {
  for (const char* query :
       {"SELECT count(*) FROM s", "SELECT k, MAX(v) FROM s GROUP BY k", "SELECT DISTINCT k FROM s",
        "SELECT k FROM s UNION SELECT k FROM o", "SELECT k FROM s EXCEPT ALL SELECT k FROM o",
        "SELECT s.k FROM s JOIN o ON s.k = o.k", "SELECT s.k FROM s, o", "SELECT FROM",
        "SELECT k, row_number() OVER (ORDER BY k) FROM s", "SELECT k FROM s LIMIT 1",
        "SELECT k FROM s WHERE k IN (SELECT k FROM o)",
        "SELECT k FROM s WHERE EXISTS (SELECT 1 FROM o WHERE o.k = s.k)",
        "SELECT k, (SELECT max(w) FROM o) FROM s", "SELECT k FROM (SELECT DISTINCT k FROM s)",
        "WITH x AS (SELECT k FROM s GROUP BY k) SELECT * FROM x",
        "SELECT k FROM s UNION ALL SELECT max(k) FROM s", "SELECT 1",
        "SELECT k FROM s GROUP BY k HAVING count(*) > 1"})
    EXPECT_FALSE(is_by_record(query)) << query;
}

}  // namespace
}  // namespace weir::dialect
