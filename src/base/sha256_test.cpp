#include "base/sha256.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Sha256, IsThatOfFips180) {
  Sha256 empty;
  EXPECT_EQ(empty.hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 pieces;
  pieces.update("a");
  pieces.update("bc");
  const std::string of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(pieces.hex(), of_abc);
  empty.restart();
  empty.update("half of something else");
  empty.restart();
  empty.update("abc");
  EXPECT_EQ(empty.hex(), of_abc);
}

}  // namespace
}  // namespace weir
