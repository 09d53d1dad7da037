# tetrascope_room(FOLDER [USES room …] [LIBRARIES target …] [ANSWERS] [ALONE file …])
#
# A room is one folder of src/. Its *.cc files become the library `room_FOLDER` (slashes become underscores), its
# *_test.cc files the test program `FOLDER_test`. Files are found by name, so that adding one needs no change here.
# ANSWERS: most of the room answers requests: compiled with -O1, which takes two thirds of -O2's time (g++ 12,
# slices/honeycomb: 56 s instead of 88). What it costs the rows that some of these rooms decode was not measured.
# ALONE: files that are not compiled together with the room's others, since types of theirs are private to the file.
function(tetrascope_room folder)
  cmake_parse_arguments(ROOM "ANSWERS" "" "USES;LIBRARIES;ALONE" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/slices/slices\\.cc$")  # THE list names every slice, so it is built with the application
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(used ${ROOM_USES})
  list(TRANSFORM used REPLACE "/" "_")
  list(TRANSFORM used PREPEND "room_")
  if(sources)
    add_library(room_${name} STATIC ${sources})
    set(scope PUBLIC)
    list(TRANSFORM ROOM_ALONE PREPEND ${CMAKE_SOURCE_DIR}/src/${folder}/)
    set_source_files_properties(${ROOM_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    if(ROOM_ANSWERS)
      target_compile_options(room_${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
    endif()
  else()
    add_library(room_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(room_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(room_${name} ${scope} ${used} ${ROOM_LIBRARIES} tetrascope_flags)
  if(tests)
    add_executable(${name}_test ${tests})
    set_target_properties(${name}_test PROPERTIES UNITY_BUILD OFF)  # tests of different files share names
    target_link_libraries(${name}_test PRIVATE room_${name} tetrascope_test_support GTest::gmock GTest::gtest_main)
    set_property(GLOBAL APPEND PROPERTY TETRASCOPE_TESTS ${name}_test)
  endif()
endfunction()
