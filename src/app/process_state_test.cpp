#include "app/process_state.hpp"

#include <fstream>
#include <vector>

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(ProcessState, WhatTheKernelSaysOfUsIsThere) {
  const ProcessState state = process_state();
  EXPECT_GT(state.resident_bytes, 1U << 20);
  EXPECT_GT(state.open_files, 0U);
  EXPECT_GT(state.open_files_max, state.open_files);
  EXPECT_GT(state.started_at, 1.6e9);
}

TEST(ProcessState, AFileMoreIsAFileMore) {
  const std::uint64_t before = process_state().open_files;
  const std::ifstream one("/proc/self/stat");
  EXPECT_EQ(process_state().open_files, before + 1);
}

TEST(ProcessState, TheStartIsFoundBehindANameOfAnyCharacters) {
  const std::string process =
      "7 (a) b (c) S 1 7 7 0 -1 4194560 1 0 0 0 2 3 0 0 20 0 1 0 12345 9 9 9\n";
  EXPECT_DOUBLE_EQ(started_at(process, "cpu 1 2\nbtime 1700000000\nprocesses 9\n", 100),
                   1700000123.45);
  EXPECT_EQ(started_at(process, "cpu 1 2\n", 100), 0);
  EXPECT_EQ(started_at("7 (a) S 1 7", "cpu\nbtime 1700000000\n", 100), 0);
  EXPECT_EQ(started_at("", "", 100), 0);
}

}  // namespace
}  // namespace weir::app
