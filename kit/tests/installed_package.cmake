# cmake -DBUILD=… -DSOURCE=… -DWORK=… -DCOMPONENTS=a,b -P installed_package.cmake
# Installs the kit, then builds the consumer against it: by find_package with all components, with one alone, and by
# pkg-config. Any step that fails fails the test.
function(must)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${said}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
must(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
foreach(set IN ITEMS "${COMPONENTS}" "tracing")
  string(MD5 name "${set}")
  must(${CMAKE_COMMAND} -S ${SOURCE}/consumer -B ${WORK}/${name} -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCOMPONENTS=${set}
       -DCMAKE_CXX_COMPILER=${COMPILER} -G Ninja)
  must(${CMAKE_COMMAND} --build ${WORK}/${name})
  must(${WORK}/${name}/consumer)
endforeach()

file(GLOB_RECURSE pc ${WORK}/prefix/*/tetrascope_kit_tracing.pc)
get_filename_component(folder ${pc} DIRECTORY)
execute_process(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${folder} pkg-config --define-variable=prefix=${WORK}/prefix
                        --cflags --libs tetrascope_kit_tracing
                OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "pkg-config does not know tetrascope_kit_tracing")
endif()
separate_arguments(flags)
must(${COMPILER} -std=c++17 -DHAS_tracing=1 ${SOURCE}/consumer/consumer.cc -o ${WORK}/by_pkgconfig ${flags})
must(${WORK}/by_pkgconfig)
