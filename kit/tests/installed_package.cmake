# cmake -DBUILD=… -DSOURCE=… -DWORK=… -DCOMPONENTS=a,b -DCOMPILER=… -DLAUNCHER=… -P installed_package.cmake
# Takes the kit in each of the ways that its README names and builds the consumer with it: installed, by find_package with
# all components, with one alone, and by pkg-config; out of the sources, by FetchContent. Then its headers. Any step that fails fails the test.
function(must)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${said}")
  endif()
endfunction()

function(must_build folder source)
  must(${CMAKE_COMMAND} -S ${source} -B ${folder} -G Ninja -DCMAKE_CXX_COMPILER=${COMPILER} ${ARGN})
  must(${CMAKE_COMMAND} --build ${folder})
  must(${folder}/consumer)
endfunction()

file(REMOVE_RECURSE ${WORK}/prefix ${WORK}/all ${WORK}/one)
must(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
must_build(${WORK}/all ${SOURCE}/consumer -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCOMPONENTS=${COMPONENTS})
must_build(${WORK}/one ${SOURCE}/consumer -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCOMPONENTS=tracing)
# The sources lie where they are; otherwise this is what a project that knows the repository's address writes.
must_build(${WORK}/fetched ${SOURCE}/consumer_of_sources -DFETCHCONTENT_SOURCE_DIR_TETRASCOPE=${SOURCE}/../..
           -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})

file(GLOB_RECURSE pc ${WORK}/prefix/*/tetrascope_kit_tracing.pc)
get_filename_component(folder ${pc} DIRECTORY)
string(REPLACE "," ";" components ${COMPONENTS})
set(defines "")
set(packages "")
foreach(component IN LISTS components)
  list(APPEND defines -DHAS_${component}=1)
  list(APPEND packages tetrascope_kit_${component})
endforeach()
foreach(what IN ITEMS cflags libs)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${folder} pkg-config --${what} ${packages}
                  OUTPUT_VARIABLE ${what} OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "pkg-config does not know ${packages}")
  endif()
  separate_arguments(${what})
endforeach()
must(${COMPILER} -std=c++17 ${cflags} ${defines} ${SOURCE}/consumer/consumer.cc -o ${WORK}/by_pkgconfig ${libs})
must(${WORK}/by_pkgconfig)

# Every header by itself, as C++17, by each of the compilers that are here.
file(GLOB_RECURSE headers RELATIVE ${WORK}/prefix/include ${WORK}/prefix/include/*.h)
foreach(name IN ITEMS g++ clang++-19)
  find_program(compiler_${name} ${name})
  foreach(header IN LISTS headers)
    if(compiler_${name})
      must(${compiler_${name}} -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -include ${header} -x c++ /dev/null
           ${cflags})
    endif()
  endforeach()
endforeach()
