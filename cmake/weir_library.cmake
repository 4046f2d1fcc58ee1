# weir_library(log SOURCES a.cpp b.cpp DEPS weir::env PRIVATE_DEPS simdjson::simdjson
#              TEST_DEPS weir::env_fake)
#
# One call per library. Makes weir::<name>; every *_test.cpp and *_fixture.cpp in a folder of its sources becomes part of
# <name>_test (ctest label "unit"), every *_fuzz.cpp a libFuzzer target of its own name under the fuzz preset,
# run over <name>_fuzz_corpus/ where that folder exists. PRIVATE_DEPS are seen by the .cpp files only.
function(weir_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS;TEST_DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(weir_${name} STATIC ${ARG_SOURCES})
    target_include_directories(weir_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(weir_${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS} weir_warnings)
    weir_compile_together(weir_${name})
  else()
    add_library(weir_${name} INTERFACE)
    target_include_directories(weir_${name} INTERFACE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(weir_${name} INTERFACE ${ARG_DEPS})
  endif()
  add_library(weir::${name} ALIAS weir_${name})

  set(folders ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(source ${ARG_SOURCES})
    get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR}/${source} DIRECTORY)
    list(APPEND folders ${folder})
  endforeach()
  list(REMOVE_DUPLICATES folders)
  set(test_globs ${folders})
  list(TRANSFORM test_globs APPEND /*_test.cpp)
  set(fixture_globs ${folders})
  list(TRANSFORM fixture_globs APPEND /*_fixture.cpp)
  set(fuzz_globs ${folders})
  list(TRANSFORM fuzz_globs APPEND /*_fuzz.cpp)

  file(GLOB tests CONFIGURE_DEPENDS ${test_globs} ${fixture_globs})
  if(WEIR_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE
      weir::${name} ${ARG_PRIVATE_DEPS} ${ARG_TEST_DEPS} GTest::gmock_main weir_warnings)
    target_precompile_headers(${name}_test REUSE_FROM weir_test_headers)
    target_compile_options(${name}_test PRIVATE ${WEIR_TEST_OPTIONS})
    weir_compile_together(${name}_test)
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. PROPERTIES LABELS unit PROCESSORS 4
                         DISCOVERY_TIMEOUT 60)
  endif()

  file(GLOB fuzzers CONFIGURE_DEPENDS ${fuzz_globs})
  if(WEIR_FUZZ)
    foreach(source ${fuzzers})
      get_filename_component(target ${source} NAME_WE)
      add_executable(${target} ${source})
      target_link_libraries(${target} PRIVATE
        weir::${name} ${ARG_PRIVATE_DEPS} ${ARG_TEST_DEPS} weir_warnings)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()
