# Half of the time of a build went into reading the same headers again: the files of a target are compiled in groups, each as one
# (compile_groups.py says which). Without, each file by itself, as it is when one file is worked on: the dev preset, or -DWEIR_TOGETHER=OFF.
option(WEIR_TOGETHER "Compile the files of a target in groups" ON)
function(weir_compile_together target)
  get_target_property(sources ${target} SOURCES)
  if(NOT WEIR_TOGETHER OR NOT sources)
    return()
  endif()
  list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ REGEX "^[^/]")
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/cmake/compile_groups.py ${PROJECT_SOURCE_DIR}/src ${sources}
    OUTPUT_VARIABLE numbers OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE " " ";" numbers "${numbers}")
  foreach(source number IN ZIP_LISTS sources numbers)
    if(number)
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${target}_${number})
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
