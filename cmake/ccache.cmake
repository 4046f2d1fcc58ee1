# A second build of the same bytes should cost nothing; precompiled headers (weir_library.cmake) among them, which ccache
# takes part in only when told that what their macros say may be ignored.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
