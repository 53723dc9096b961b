# arm.cmake: 32-bit ARM with hard floats, by Debian's gcc-arm-linux-gnueabihf; its programs run under qemu-arm.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-linux-gnueabihf-gcc)
set(machine arm)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")
set(CMAKE_C_FLAGS_INIT -D_FILE_OFFSET_BITS=64) # else readdir of a 64-bit file system fails
