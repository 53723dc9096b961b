# machine.cmake: what the toolchain files of this folder share; `machine` is set. Libraries for it (tests/elsewhere/libraries)
# are found in its own prefix, and nothing of this machine is.
cmake_path(SET prefix NORMALIZE "${CMAKE_CURRENT_LIST_DIR}/../../build/elsewhere/${machine}/prefix")
set(ENV{PKG_CONFIG_LIBDIR} "${prefix}/lib/pkgconfig")
set(CMAKE_FIND_ROOT_PATH "${prefix}")
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-L${prefix}/lib")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-L${prefix}/lib")
