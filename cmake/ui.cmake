# weir_ui_bundle(VARIABLE): builds the UI (script/ui) when a file of it or the API document changed, and sets VARIABLE to
# the C++ source that holds its files. It lies in build/ui, once for all presets: the UI knows no sanitizers.
function(weir_ui_bundle variable)
  set(node ${PROJECT_SOURCE_DIR}/.deps/node/bin/node)
  if(NOT EXISTS ${node})
    message(FATAL_ERROR "Node is missing: run script/setup, which fetches the pinned version into .deps/node.")
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/ui/src/* ${PROJECT_SOURCE_DIR}/ui/public/*)
  list(FILTER sources EXCLUDE REGEX "/api/schema\\.d\\.ts$")  # made by the build itself
  set(bundle ${PROJECT_SOURCE_DIR}/build/ui/bundle.cpp)
  add_custom_command(
    OUTPUT ${bundle}
    COMMAND ${PROJECT_SOURCE_DIR}/script/ui build
    DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/script/ui ${PROJECT_SOURCE_DIR}/tools/ui_bundle.py
            ${PROJECT_SOURCE_DIR}/api/control.yaml ${PROJECT_SOURCE_DIR}/ui/package-lock.json
            ${PROJECT_SOURCE_DIR}/ui/index.html ${PROJECT_SOURCE_DIR}/ui/vite.config.ts
            ${PROJECT_SOURCE_DIR}/ui/tsconfig.json ${PROJECT_SOURCE_DIR}/ui/api_document.ts
            ${PROJECT_SOURCE_DIR}/docs/authorization.md ${PROJECT_SOURCE_DIR}/api/examples.json
    COMMENT "Building the web UI"
    VERBATIM)
  set(${variable} ${bundle} PARENT_SCOPE)
endfunction()
