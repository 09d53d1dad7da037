# The page's files (ui/dist) as part of room_slices_ui. Included by the build, which then runs this same file as a script
# to write page_data.cc: every file as it is and compressed, put in by the assembler's .incbin.
if(CMAKE_SCRIPT_MODE_FILE)
  # cmake -DDIST=ui/dist -DOUT=folder -P embed_page.cmake
  file(GLOB_RECURSE files RELATIVE ${DIST} ${DIST}/*)
  list(SORT files)
  file(REMOVE_RECURSE ${OUT}/gzip)
  file(MAKE_DIRECTORY ${OUT}/gzip)
  set(bytes "")
  set(symbols "")
  set(table "")
  set(index 0)
  foreach(name ${files})
    set(packed ${OUT}/gzip/${index}.gz)
    file(ARCHIVE_CREATE OUTPUT ${packed} PATHS ${DIST}/${name} FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
    file(SHA256 ${DIST}/${name} hash)
    string(SUBSTRING ${hash} 0 20 hash)
    foreach(form body gzip)
      set(path ${DIST}/${name})
      if(form STREQUAL "gzip")
        set(path ${packed})
      endif()
      set(symbol page_${form}_${index})
      string(APPEND bytes "asm(\".pushsection .rodata\\n\"\n    \".local ${symbol}\\n\"\n    \"${symbol}:\\n\"\n"
                          "    \".incbin \\\"${path}\\\"\\n\"\n    \"${symbol}_end:\\n\"\n    \".byte 0\\n\"\n"
                          "    \".popsection\\n\");\n")
      string(APPEND symbols "extern const char ${symbol}[] asm(\"${symbol}\");\n"
                            "extern const char ${symbol}_end[] asm(\"${symbol}_end\");\n")
    endforeach()
    string(APPEND table "      {\"/${name}\", \"\\\"${hash}\\\"\", between(page_body_${index}, page_body_${index}_end),\n"
                        "       between(page_gzip_${index}, page_gzip_${index}_end)},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  file(WRITE ${OUT}/page_data.cc "// Written by cmake/embed_page.cmake from ui/dist.\n"
       "#include \"slices/ui/page_files.h\"\n\n${bytes}\n${symbols}\nnamespace tetrascope::ui {\n\n"
       "std::span<const PageFile> page_files() {\n"
       "  const auto between = [](const char* begin, const char* end) {\n"
       "    return std::string_view(begin, static_cast<std::size_t>(end - begin));\n  };\n"
       "  static const PageFile kFiles[] = {\n${table}  };\n  return kFiles;\n}\n\n}  // namespace tetrascope::ui\n")
  return()
endif()

set(page_source ${CMAKE_SOURCE_DIR}/ui)
set(page_dist ${page_source}/dist)
set(page_out ${CMAKE_BINARY_DIR}/page)
# `make build` builds the page before it comes here (tools/build_page); a plain CMake build does so when it is not there.
add_custom_command(
  OUTPUT ${page_dist}/index.html
  COMMAND npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
  COMMAND npm run --silent build
  WORKING_DIRECTORY ${page_source}
  COMMENT "Building the page"
  VERBATIM)
# Names in ui/dist carry their content's hash, and index.html names them all: it changes whenever one of them does.
add_custom_command(
  OUTPUT ${page_out}/page_data.cc
  COMMAND ${CMAKE_COMMAND} -DDIST=${page_dist} -DOUT=${page_out} -P ${CMAKE_CURRENT_LIST_FILE}
  DEPENDS ${page_dist}/index.html ${CMAKE_CURRENT_LIST_FILE}
  COMMENT "Embedding the page"
  VERBATIM)
target_sources(room_slices_ui PRIVATE ${page_out}/page_data.cc)
target_compile_definitions(room_slices_ui PRIVATE TETRASCOPE_VERSION="${PROJECT_VERSION}")
