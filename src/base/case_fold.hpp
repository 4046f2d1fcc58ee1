#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Names of fields, columns, files and tables are compared without regard to case, as Spark does:
/// by their lower case in Unicode without a language. GRÖßE is größe and ΟΔΟΣ is οδος, but ß is not
/// SS, the Turkish ı is not i, and µ (micro) is not μ (mu).
///
/// Bytes that are no UTF-8 stay as they are. Any thread may call these.

/// What is equal for names that are the same: a key for maps and sets.
std::string folded_name(std::string_view name);
bool same_name(std::string_view a, std::string_view b);

}  // namespace weir
