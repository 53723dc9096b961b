# musl.cmake: this machine with musl for a C library, by Debian's musl-tools.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER musl-gcc)
set(machine musl)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")
