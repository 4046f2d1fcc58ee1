# Warnings are errors. What a dependency's headers warn about is silenced there (SYSTEM), never here.
add_library(weir_warnings INTERFACE)
target_compile_options(weir_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Woverloaded-virtual -Wswitch -Wundef
  # Of files that are compiled together, a name of one may hide that of another; within a function it still must not.
  $<IF:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>,$<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>,-Wshadow>
  -Wno-missing-field-initializers  # GCC 12 warns of designated initialisers that leave defaults
  # At -O2 GCC 12 takes an empty std::optional for an uninitialised value and a Boost.JSON
  # initializer_list for a dangling one; ASan and UBSan look better.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release,RelWithDebInfo>>:-Wno-maybe-uninitialized
    -Wno-dangling-pointer>)
