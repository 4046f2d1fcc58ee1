# How tests are compiled: half of a build is tests, and they are built to be run once. Nothing of them is optimised, which
# halves their compilation, and GoogleTest's headers are read once, by the target whose precompiled headers all tests reuse.
if(WEIR_TESTS)
  set(WEIR_TEST_OPTIONS -O0)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/test_headers.cpp CONTENT "")
  add_library(weir_test_headers OBJECT ${CMAKE_BINARY_DIR}/test_headers.cpp)
  target_compile_options(weir_test_headers PRIVATE ${WEIR_TEST_OPTIONS})
  target_precompile_headers(weir_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
  target_link_libraries(weir_test_headers PRIVATE GTest::gmock_main weir_warnings)
endif()
