// The families are apart for the compiler's sake: each function is an instance of a template.
#include "engine/functions/spark_functions.hpp"

#include "engine/functions/aggregate_functions.hpp"
#include "engine/functions/format_functions.hpp"
#include "engine/functions/interval_functions.hpp"
#include "engine/functions/json_functions.hpp"
#include "engine/functions/letter_functions.hpp"
#include "engine/functions/list_functions.hpp"
#include "engine/functions/math_functions.hpp"
#include "engine/functions/number_functions.hpp"
#include "engine/functions/schema_functions.hpp"
#include "engine/functions/text_functions.hpp"
#include "engine/functions/word_functions.hpp"
#include "engine/functions/xpath_functions.hpp"

namespace weir::engine {

Result<void> add_spark_functions(duckdb_connection connection) {
  WEIR_CHECK(add_number_functions(connection));
  WEIR_CHECK(add_math_functions(connection));
  WEIR_CHECK(add_text_functions(connection));
  WEIR_CHECK(add_word_functions(connection));
  WEIR_CHECK(add_letter_functions(connection));
  WEIR_CHECK(add_list_functions(connection));
  WEIR_CHECK(add_xpath_functions(connection));
  WEIR_CHECK(add_json_functions(connection));
  WEIR_CHECK(add_schema_functions(connection));
  WEIR_CHECK(add_format_functions(connection));
  WEIR_CHECK(add_interval_functions(connection));
  return add_aggregate_functions(connection);
}

}  // namespace weir::engine
