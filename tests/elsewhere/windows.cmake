# windows.cmake: 64-bit Windows, by Debian's gcc-mingw-w64-x86-64; its programs run under wine64.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc)
set(machine windows)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")
# gcc takes the formats of cmocka's functions for those of Microsoft's printf; every other build looks at them.
set(CMAKE_C_FLAGS_INIT "-D__USE_MINGW_ANSI_STDIO=1 -Wno-format -Wno-format-extra-args")
# Of gcc's own libraries, threads too; ours stay as they are asked for.
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -static")
string(APPEND CMAKE_SHARED_LINKER_FLAGS_INIT " -static-libgcc")
