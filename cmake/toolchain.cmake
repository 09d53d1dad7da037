if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ collects its own garbage far too early for units of this size: without, it compiles a tenth to a fifth faster.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 --param ggc-min-expand=2000 --param ggc-min-heapsize=2000000")
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(tetrascope_flags INTERFACE)
target_compile_options(tetrascope_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                  -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 warns about std::string and std::expected code that it has inlined itself (GCC bugs 105329 and 105562).
  target_compile_options(tetrascope_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()

if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Within one unit a name of one file may stand over one of another's; `make lint` looks at each file for itself.
  target_compile_options(tetrascope_flags INTERFACE -Wno-shadow)
endif()

find_program(MOLD mold)
find_program(LLD ld.lld)
if(MOLD)
  target_link_options(tetrascope_flags INTERFACE -fuse-ld=mold)
elseif(LLD)
  target_link_options(tetrascope_flags INTERFACE -fuse-ld=lld)
endif()

if(TETRASCOPE_SANITIZE)
  target_compile_options(tetrascope_flags INTERFACE -fsanitize=${TETRASCOPE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(tetrascope_flags INTERFACE -fsanitize=${TETRASCOPE_SANITIZE})
endif()
