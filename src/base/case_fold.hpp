#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Names of fields, columns, files and tables are compared without regard to case, as in Spark: by
/// their locale-independent Unicode lower case. So GRÖßE equals größe and ΟΔΟΣ equals οδος, but ß
/// does not equal SS, nor the Turkish ı an i, nor µ (micro) a μ (mu).
///
/// Bytes that are not valid UTF-8 stay as they are. Any thread may call these functions.

/// The folded name: equal names have the same one, so it serves as a key of maps and sets.
std::string folded_name(std::string_view name);
bool same_name(std::string_view a, std::string_view b);

}  // namespace weir
