# -DWEIR_SANITIZE=address,undefined | thread; the presets asan, tsan and fuzz set it.
if(WEIR_SANITIZE)
  add_compile_options(-fsanitize=${WEIR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${WEIR_SANITIZE})
  if(WEIR_SANITIZE STREQUAL "thread")
    add_library(weir_tsan_options OBJECT ${PROJECT_SOURCE_DIR}/cmake/tsan_options.cpp)
    link_libraries(weir_tsan_options)
    # Asio has a fence, of which GCC 12 warns that TSan does not see it.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
endif()
