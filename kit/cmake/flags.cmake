if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

add_library(kit_flags INTERFACE)
if(PROJECT_IS_TOP_LEVEL)
  find_program(CCACHE ccache)
  if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  endif()
  target_compile_options(kit_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 warns about std::string code that it has inlined itself (GCC bug 105329).
    target_compile_options(kit_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
  else()
    # libstdc++ 12's std::stable_sort calls what libstdc++ 12 has deprecated.
    target_compile_options(kit_flags INTERFACE -Wno-deprecated-declarations)
  endif()
endif()
if(TETRASCOPE_KIT_SANITIZE)
  target_compile_options(kit_flags INTERFACE -fsanitize=${TETRASCOPE_KIT_SANITIZE} -fno-sanitize-recover=all
                                             -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TETRASCOPE_KIT_SANITIZE})
endif()
