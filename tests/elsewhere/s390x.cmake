# s390x.cmake: a big-endian machine, by Debian's gcc-s390x-linux-gnu; its programs run under qemu-s390x.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR s390x)
set(CMAKE_C_COMPILER s390x-linux-gnu-gcc)
set(machine s390x)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")
