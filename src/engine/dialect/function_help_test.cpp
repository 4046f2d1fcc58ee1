#include "engine/dialect/function_help.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/dialect/dialect.hpp"

namespace weir::dialect {
namespace {

const FunctionHelp& help_of(const std::string& name) {
  const auto& all = function_help();
  return *std::find_if(all.begin(), all.end(),
                       [&](const FunctionHelp& each) { return each.name == name; });
}

TEST(FunctionHelpTest, EachFunctionThatQueriesMayCallIsThereOnce) {
  std::vector<std::string> names;
  for (const FunctionHelp& each : function_help())
    names.push_back(each.name);
  EXPECT_EQ(names, functions());
}

TEST(FunctionHelpTest, SignaturesAreThoseOfTheTable) {
  EXPECT_EQ(help_of("left").signatures, (std::vector<std::string>{"left(string, int) -> string",
                                                                  "left(binary, int) -> binary"}));
  EXPECT_EQ(help_of("uuid").signatures, (std::vector<std::string>{"uuid() -> string"}));
  EXPECT_EQ(help_of("row_number").signatures,
            (std::vector<std::string>{"row_number() OVER (ORDER BY ...) -> int"}));
  EXPECT_EQ(help_of("explode").kind, FunctionHelp::Kind::rows);
  EXPECT_EQ(help_of("sum").kind, FunctionHelp::Kind::aggregate);
}

/// A line for a function that is not there any more would tell of nothing.
TEST(FunctionHelpTest, NoLineIsForAFunctionThatIsNotThere) {
  const auto all = functions();
  for (const std::string& name : names_with_help())
    EXPECT_TRUE(std::binary_search(all.begin(), all.end(), name)) << name;
}

TEST(FunctionHelpTest, EachHasALineASignatureAndAGroup) {
  for (const FunctionHelp& each : function_help()) {
    EXPECT_FALSE(each.line.empty()) << each.name;
    EXPECT_FALSE(each.signatures.empty()) << each.name;
    EXPECT_FALSE(each.group.empty()) << each.name;
  }
}

}  // namespace
}  // namespace weir::dialect
