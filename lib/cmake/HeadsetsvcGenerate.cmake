# The committed files that programs in lib/gen/ print. Building never writes into the source tree: the library is built
# from the committed files, `generate` rewrites them, and the test stage `generated` says when one is stale.
#
# Each lib/gen/NAME.c is one small program on the C library alone (HSVC_SOURCE_DIR: where this tree is), and its first lines say what it gives:
#   "NAME.c: prints PATH"    the program prints that one file
#   "NAME.c: writes DIR/"    the program writes its files into the folder given as its argument
# so a new generator needs no line here.

set(HSVC_GENERATE_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/generate.cmake")
file(GLOB generator_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/lib/gen/*.c")
add_custom_target(generate COMMENT "committed files that are generated")

# hsvc__generated: one generator's part of `generate`, and the test that compares.
function(hsvc__generated name how path)
    add_executable(gen_${name} EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/lib/gen/${name}.c")
    hsvc_compile(gen_${name})
    if(CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
        target_compile_options(gen_${name} PRIVATE -O0) # it runs once, and its tables take seconds to optimise
    endif()
    target_compile_definitions(gen_${name} PRIVATE HSVC_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    set(run "${CMAKE_COMMAND}" -DPROGRAM=$<TARGET_FILE:gen_${name}> -DHOW=${how}
        "-DCOMMITTED=${PROJECT_SOURCE_DIR}/${path}" "-DSCRATCH=${PROJECT_BINARY_DIR}/generated/${name}")
    add_custom_target(generate_${name} COMMAND ${run} -DWRITE=1 -P "${HSVC_GENERATE_SCRIPT}" VERBATIM)
    add_dependencies(generate generate_${name})
    if(HSVC_BUILD_TESTS)
        set_target_properties(gen_${name} PROPERTIES EXCLUDE_FROM_ALL OFF)
        add_test(NAME generated.${name} COMMAND ${run} -P "${HSVC_GENERATE_SCRIPT}")
        set_tests_properties(generated.${name} PROPERTIES LABELS generated)
    endif()
endfunction()

foreach(source IN LISTS generator_sources)
    get_filename_component(name "${source}" NAME_WE)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
    file(READ "${source}" opening LIMIT 400)
    if(NOT opening MATCHES "${name}\\.c: (prints|writes) ([A-Za-z0-9_./-]+)")
        message(FATAL_ERROR "lib/gen/${name}.c: its first line must be '/* ${name}.c: prints PATH ...' or "
            "'/* ${name}.c: writes DIR/ ...': lib/cmake/HeadsetsvcGenerate.cmake says why")
    endif()
    hsvc__generated(${name} ${CMAKE_MATCH_1} ${CMAKE_MATCH_2})
endforeach()
