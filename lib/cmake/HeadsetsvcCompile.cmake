# How every target of the project is compiled. The helpers of the build live in lib/cmake/ because the top level of the
# repository holds only what tools demand there, and because lib/ is what an embedding project builds.

# hsvc_compile: the project's language level, warnings and asserts, for one target.
# Asserts stay on in release: each guards against a bug of ours, and a wrong decision costs more than a branch. The
# coverage build maps them to nothing, since a branch that cannot be taken cannot be covered; so HSVC__BUG (core.h),
# which ends the program in the builds for tests and is the plain condition in what is shipped.
function(hsvc_compile target)
    set_target_properties(${target} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
        C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
        return()
    endif()
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes
        -Wmissing-prototypes -Wcast-qual)
    # Not by gcc with a sanitizer: the calls it inserts make it see paths that are not there (its manual says so).
    if(HSVC_WERROR AND NOT (HSVC_SANITIZE AND CMAKE_C_COMPILER_ID STREQUAL "GNU"))
        target_compile_options(${target} PRIVATE -Werror)
    endif()
    if(HSVC_COVERAGE)
        target_compile_options(${target} PRIVATE -DNDEBUG -DHSVC_BUG_IS=0 -Wno-unused)
    else()
        target_compile_options(${target} PRIVATE -UNDEBUG)
        if(HSVC_BUILD_TESTS AND CMAKE_BUILD_TYPE STREQUAL Debug)
            target_compile_options(${target} PRIVATE -DHSVC_BUG_IS=1)
        endif()
    endif()
endfunction()

# Instrumentation covers everything below: one uninstrumented object in a program hides what the others would tell.
if(HSVC_SANITIZE)
    add_compile_options(-fsanitize=${HSVC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${HSVC_SANITIZE})
endif()
if(HSVC_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(HSVC_COVERAGE)
    # Counts are kept under a function's name: without unique ones the stores' commit.c would share those of ops.h.
    add_compile_options(-fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc -funique-internal-linkage-names)
    add_link_options(-fprofile-instr-generate)
    # Each take from an arena is a block of its own, which can fail in a test (arena.c).
    add_compile_definitions(HSVC_CHUNK_LEAST=80u HSVC_CHUNK_GROWS_TO=80u)
endif()
