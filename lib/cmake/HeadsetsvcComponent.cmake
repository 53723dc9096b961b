# hsvc_component: one component of the package, shared and static from the same objects, with its install rules.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The SONAME. While the interface is not frozen (0.x) every minor version may break it, so the SONAME carries both
# numbers: libheadsetsvc.so.0.1. From 1.0 on it carries the major number alone, and the major number changes only when
# an old program could not run any more: a function gone, a field moved, a number reused. New functions, fields
# appended to sized structs and new codes change nothing. tests/abi holds us to it.
set(HSVC_SOVERSION "${PROJECT_VERSION_MAJOR}")
set(HSVC_PACKAGE_COMPATIBILITY SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(HSVC_SOVERSION "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
    set(HSVC_PACKAGE_COMPATIBILITY SameMinorVersion)
endif()
set(HSVC_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/headsetsvc")
set(HSVC_INCLUDE_DIR "${PROJECT_SOURCE_DIR}/include")

# hsvc_foreign(OPTION pkg-config-module Debian-package): <OPTION>_found says whether a component over a foreign library is
# to be built: as its option says, ON, OFF or AUTO; PkgConfig::<OPTION> is that library. A project that embeds us gets only
# what it asks for.
macro(hsvc_foreign option module package)
    if(${option} STREQUAL AUTO AND NOT PROJECT_IS_TOP_LEVEL)
        set(${option}_found OFF)
    else()
        set(${option}_found "${${option}}")
    endif()
    if(${option}_found)
        find_package(PkgConfig QUIET)
        if(PkgConfig_FOUND)
            pkg_check_modules(${option} QUIET IMPORTED_TARGET GLOBAL ${module})
        endif()
        if(NOT TARGET PkgConfig::${option})
            if(NOT ${option} STREQUAL AUTO)
                message(FATAL_ERROR "headsetsvc: ${option} is ON, but pkg-config finds no ${module}: install it (Debian: ${package}), or set ${option} to OFF")
            endif()
            set(${option}_found OFF)
        endif()
    endif()
endmacro()

# hsvc_foreign_plain(OPTION header library Debian-package): the same for a library that pkg-config does not know; its target
# is hsvc_<library>.
macro(hsvc_foreign_plain option header library package)
    if(${option} STREQUAL AUTO AND NOT PROJECT_IS_TOP_LEVEL)
        set(${option}_found OFF)
    else()
        set(${option}_found "${${option}}")
    endif()
    if(${option}_found)
        find_path(${option}_INCLUDE ${header})
        find_library(${option}_LIBRARY ${library})
        mark_as_advanced(${option}_INCLUDE ${option}_LIBRARY)
        if(${option}_INCLUDE AND ${option}_LIBRARY)
            add_library(hsvc_${library} UNKNOWN IMPORTED GLOBAL)
            set_target_properties(hsvc_${library} PROPERTIES IMPORTED_LOCATION "${${option}_LIBRARY}"
                INTERFACE_INCLUDE_DIRECTORIES "${${option}_INCLUDE}")
        else()
            if(NOT ${option} STREQUAL AUTO)
                message(FATAL_ERROR "headsetsvc: ${option} is ON, but there is no ${header} or no lib${library}: install it (Debian: ${package}), or set ${option} to OFF")
            endif()
            set(${option}_found OFF)
        endif()
    endif()
endmacro()

# What is installed, without the tests.
add_custom_target(headsetsvc_libraries)

# hsvc_component(name TARGET t EXPORT e OUTPUT o MAP m SOURCES ... HEADERS ... [LINK component-target]
#                [FOREIGN pkg-config-target LIBRARY name])
#   makes t_objects, t (shared), t_static, and headsetsvc::e, headsetsvc::e_static as an installed package would
function(hsvc_component name)
    cmake_parse_arguments(PARSE_ARGV 1 c "" "TARGET;EXPORT;OUTPUT;MAP;LINK;FOREIGN;LIBRARY" "SOURCES;HEADERS")
    add_library(${c_TARGET}_objects OBJECT ${c_SOURCES})
    hsvc_compile(${c_TARGET}_objects)
    target_compile_definitions(${c_TARGET}_objects PRIVATE HSVC_BUILDING)
    target_include_directories(${c_TARGET}_objects PRIVATE "${HSVC_INCLUDE_DIR}" "${PROJECT_SOURCE_DIR}/lib")
    if(c_FOREIGN)
        target_link_libraries(${c_TARGET}_objects PRIVATE ${c_FOREIGN})
    endif()
    set(targets "")
    if(HSVC_BUILD_SHARED)
        hsvc__shared(${c_TARGET} ${c_OUTPUT} "${c_MAP}")
        list(APPEND targets ${c_TARGET})
    endif()
    if(HSVC_BUILD_STATIC)
        add_library(${c_TARGET}_static STATIC $<TARGET_OBJECTS:${c_TARGET}_objects>)
        target_compile_definitions(${c_TARGET}_static INTERFACE HSVC_STATIC)
        set_target_properties(${c_TARGET}_static PROPERTIES OUTPUT_NAME ${c_OUTPUT} EXPORT_NAME ${c_EXPORT}_static)
        add_library(headsetsvc::${c_EXPORT}_static ALIAS ${c_TARGET}_static)
        list(APPEND targets ${c_TARGET}_static)
    endif()
    add_dependencies(headsetsvc_libraries ${targets})
    hsvc__shared_name(${c_TARGET} ${c_EXPORT})
    hsvc__usage("${targets}" ${c_TARGET} "${c_LINK}")
    # The foreign library is the shared component's own affair; whoever links the static one must bring it.
    if(c_FOREIGN AND TARGET ${c_TARGET})
        target_link_libraries(${c_TARGET} PRIVATE ${c_FOREIGN})
    endif()
    if(c_FOREIGN AND TARGET ${c_TARGET}_static)
        target_link_libraries(${c_TARGET}_static INTERFACE ${c_LIBRARY})
    endif()
    # For tests/abi/symbols.sh: whose prototypes must be this library's exports.
    list(JOIN c_HEADERS "\n" lines)
    file(WRITE "${PROJECT_BINARY_DIR}/${c_OUTPUT}.headers" "${lines}\n")
    if(HSVC_INSTALL)
        hsvc__install(${name} "${targets}" "${c_HEADERS}")
        hsvc__pkg_config(${c_OUTPUT})
    endif()
endfunction()

# The shared library exports what its map lists, symbol by symbol, and nothing else.
function(hsvc__shared target output map)
    add_library(${target} SHARED $<TARGET_OBJECTS:${target}_objects>)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C OUTPUT_NAME ${output} VERSION "${PROJECT_VERSION}"
        SOVERSION "${HSVC_SOVERSION}" LINK_DEPENDS "${map}")
    if(WIN32)
        # A DLL has no SONAME: its file's name says which versions it stands for.
        set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_NAME "${output}-${HSVC_SOVERSION}")
        hsvc__def("${map}" "${PROJECT_BINARY_DIR}/${output}.def")
        target_sources(${target} PRIVATE "${PROJECT_BINARY_DIR}/${output}.def")
    elseif(UNIX AND NOT APPLE)
        target_link_options(${target} PRIVATE "LINKER:--version-script=${map}")
        # A component finds the core beside itself wherever the installed tree was moved to.
        set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN")
        if(NOT HSVC_SANITIZE)
            target_link_options(${target} PRIVATE "LINKER:-z,defs")
        endif()
    endif()
endfunction()

# The map as linkers for Windows want it. Not by __declspec(dllexport): the static library has the same objects, and
# would make every program that it is linked into export them too.
function(hsvc__def map def)
    set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${map}")
    file(STRINGS "${map}" names REGEX "^ +hsvc_[a-z0-9_]+;$")
    list(TRANSFORM names REPLACE ";" "")
    list(JOIN names "\n" lines)
    file(CONFIGURE OUTPUT "${def}" CONTENT "EXPORTS\n${lines}\n")
endfunction()

# headsetsvc::<export> always exists: the shared library, or the static one if only that is built.
function(hsvc__shared_name target export)
    if(TARGET ${target})
        set_target_properties(${target} PROPERTIES EXPORT_NAME ${export})
        add_library(headsetsvc::${export} ALIAS ${target})
    else()
        add_library(headsetsvc::${export} ALIAS ${target}_static)
    endif()
endfunction()

# What a user of the targets inherits: the include folder, and the component below of the same kind.
function(hsvc__usage targets target link)
    foreach(each IN LISTS targets)
        target_include_directories(${each} INTERFACE "$<BUILD_INTERFACE:${HSVC_INCLUDE_DIR}>"
            "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
        if(link)
            # The archive of the core's own helpers, for a shared component only: a static one finds them in the core's
            # archive. First the core itself, so that what it exports is not taken twice.
            string(REPLACE "${target}" "${link}" below "${each}")
            target_link_libraries(${each} PUBLIC ${below})
            if(each STREQUAL target)
                target_link_libraries(${each} PRIVATE headsetsvc_base)
            endif()
        endif()
    endforeach()
endfunction()

# headers: names below include/. One export file per component, so that what is not installed is not found.
function(hsvc__install name targets headers)
    install(TARGETS ${targets} EXPORT headsetsvc-${name}-targets
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime NAMELINK_COMPONENT dev
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT dev)
    list(TRANSFORM headers PREPEND "${HSVC_INCLUDE_DIR}/")
    install(FILES ${headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/headsetsvc" COMPONENT dev)
    install(EXPORT headsetsvc-${name}-targets NAMESPACE headsetsvc:: DESTINATION "${HSVC_CMAKE_DIR}" COMPONENT dev)
endfunction()

# <output>.pc says where it lies relative to itself, so an installed tree may be moved. Folders that were given as
# absolute paths stay what they were.
function(hsvc__pkg_config output)
    set(pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
    foreach(which LIB INCLUDE)
        string(TOLOWER ${which} lower)
        if(IS_ABSOLUTE "${CMAKE_INSTALL_${which}DIR}")
            set(pc_${lower}dir "${CMAKE_INSTALL_${which}DIR}")
        else()
            set(pc_${lower}dir "\${prefix}/${CMAKE_INSTALL_${which}DIR}")
        endif()
    endforeach()
    set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
    if(NOT IS_ABSOLUTE "${pc_dir}")
        file(RELATIVE_PATH up "/${pc_dir}" "/")
        string(REGEX REPLACE "/$" "" up "${up}")
        set(pc_prefix "\${pcfiledir}/${up}")
    endif()
    configure_file("${PROJECT_SOURCE_DIR}/lib/cmake/${output}.pc.in" "${PROJECT_BINARY_DIR}/${output}.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/${output}.pc" DESTINATION "${pc_dir}" COMPONENT dev)
endfunction()

# hsvc_package: what find_package(headsetsvc) reads first.
function(hsvc_package)
    configure_package_config_file("${PROJECT_SOURCE_DIR}/lib/cmake/headsetsvc-config.cmake.in"
        "${PROJECT_BINARY_DIR}/headsetsvc-config.cmake" INSTALL_DESTINATION "${HSVC_CMAKE_DIR}"
        NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
    write_basic_package_version_file("${PROJECT_BINARY_DIR}/headsetsvc-config-version.cmake"
        COMPATIBILITY ${HSVC_PACKAGE_COMPATIBILITY})
    install(FILES "${PROJECT_BINARY_DIR}/headsetsvc-config.cmake" "${PROJECT_BINARY_DIR}/headsetsvc-config-version.cmake"
        DESTINATION "${HSVC_CMAKE_DIR}" COMPONENT dev)
    install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT dev)
endfunction()
