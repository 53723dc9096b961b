#!/usr/bin/env bash
# run.sh: can a stranger use the installed package, in every way the guide names?
#   tests/package/run.sh BUILD-FOLDER
# Installs a build, moves the installed tree, and builds programs against it where it is now.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

here=$PWD
work=$here/build/package
prefix=$work/moved
consumer=tests/package/consumer
export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}

installed_and_moved() {
    rm -rf "$work" || return
    cmake --install "$1" --prefix "$work/first" || return
    mv "$work/first" "$prefix"
}

# Nothing that is installed may name a folder of the build, of the source or of the first place of installation.
names_no_folder_of_ours() {
    local found
    found=$(grep -rlF -e "$work" -e "$here" "$prefix" || true)
    [[ -z $found ]] || { printf 'names a folder of this machine: %s\n' "$found" && return 1; }
}

# ---- find_package ----

configured() { # configured FOLDER SOURCE OPTION...
    local folder=$1 source=$2
    shift 2
    cmake -S "$source" -B "$work/$folder" -DCMAKE_PREFIX_PATH="$prefix" "$@"
}

consumer_runs() { # consumer_runs FOLDER OPTION...
    configured "$1" "$consumer" "${@:2}" || return
    cmake --build "$work/$1" || return
    ctest --test-dir "$work/$1" --output-on-failure --no-tests=error
}

probe() { # probe FOLDER LINE...: a project of these lines
    mkdir -p "$work/$1" || return
    printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(probe LANGUAGES C)' "${@:2}" >"$work/$1/CMakeLists.txt"
    configured "$1/build" "$work/$1"
}

check_find_package() {
    begin 'find_package, shared' consumer_runs shared
    begin 'find_package, static' consumer_runs static -DSTATIC=ON
    begin 'an optional component that is not there' probe optional \
        'find_package(headsetsvc REQUIRED OPTIONAL_COMPONENTS nonsense)' \
        'if(headsetsvc_nonsense_FOUND OR NOT headsetsvc_core_FOUND)' 'message(FATAL_ERROR wrong)' 'endif()'
    begin 'a required component that is not there' fails_with "there is no component 'nonsense'" probe wrong_component \
        'find_package(headsetsvc REQUIRED COMPONENTS nonsense)'
    begin 'a later version' fails_with 'compatible with requested version "9"' probe later 'find_package(headsetsvc 9 REQUIRED)'
    begin 'the next minor version, whose interface may differ' fails_with 'compatible with requested version "0.99"' probe minor \
        'find_package(headsetsvc 0.99 REQUIRED)'
}

# ---- pkg-config ----

pkg() { PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config "$@"; }

# by_pkg_config PROGRAM SOURCE PACKAGE COMPILER...: builds and runs. Words of the flags are split on purpose.
by_pkg_config() {
    local program=$work/$1 source=$consumer/$2 package=$3 static=()
    shift 3
    [[ " $* " != *' -static '* ]] || static=(--static)
    local -a flags
    read -ra flags <<<"$(pkg "${static[@]}" --cflags --libs "$package")"
    "$@" -Wall -Wextra -Wpedantic -Werror -o "$program" "$source" "${flags[@]}" || return
    (cd "$work" && LD_LIBRARY_PATH=$prefix/lib timeout 60 "$program")
}

check_pkg_config() {
    begin 'pkg-config, version' test "$(pkg --modversion headsetsvc)" = "$(pkg --modversion headsetsvc-testkit)"
    begin 'pkg-config, C, shared' by_pkg_config pc_c c_host.c headsetsvc cc -std=c99
    begin 'pkg-config, C, static' by_pkg_config pc_c_static c_host.c headsetsvc cc -std=c99 -static
    begin 'pkg-config, C++, shared' by_pkg_config pc_cpp cpp_host.cpp headsetsvc c++ -std=c++11
    begin 'pkg-config, C++, static' by_pkg_config pc_cpp_static cpp_host.cpp headsetsvc c++ -std=c++11 -static
    begin 'pkg-config, testkit, shared' by_pkg_config pc_testkit testkit_host.c headsetsvc-testkit cc -std=c99
    begin 'pkg-config, testkit, static' by_pkg_config pc_testkit_static testkit_host.c headsetsvc-testkit cc -std=c99 -static
    begin 'pkg-config, sqlite, shared' by_pkg_config pc_sqlite sqlite_host.c headsetsvc-sqlite cc -std=c99
    begin 'pkg-config, sqlite, static' by_pkg_config pc_sqlite_static sqlite_host.c headsetsvc-sqlite cc -std=c99 -static
    begin 'pkg-config, pgsql, shared' by_pkg_config pc_pgsql pgsql_host.c headsetsvc-pgsql cc -std=c99
}

# ---- the source carried along ----

embedded() {
    configured embed tests/package/embed -DHEADSETSVC_SOURCE="$here" || return
    cmake --build "$work/embed" || return
    "$work/embed/c_host" || return
    cmake --install "$work/embed" --prefix "$work/embed-installed" || return
    [[ $(cd "$work/embed-installed" && find . -type f) == ./bin/c_host ]]
}

# ---- what the guide shows ----

# guide_file NAME: the block of docs/guide/build-and-link.md that stands after "<!-- file: NAME -->".
guide_file() {
    awk -v mark="<!-- file: $1 -->" '
        $0 == mark { wanted = 1; next }
        wanted == 1 && /^```/ { wanted = 2; next }
        wanted == 2 && /^```/ { found = 1; exit }
        wanted == 2 { print }
        END { exit !found }' docs/guide/build-and-link.md
}

guide_works() {
    local folder=$work/guide
    mkdir -p "$folder" || return
    guide_file CMakeLists.txt >"$folder/CMakeLists.txt" && guide_file host.c >"$folder/host.c" || return
    configured guide/build "$folder" || return
    cmake --build "$folder/build" || return
    "$folder/build/host" || return
    guide_file pkg-config.sh >"$folder/pkg-config.sh" || return
    (cd "$folder" && PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib bash -euo pipefail pkg-config.sh)
}

guide_embeds() {
    local folder=$work/guide-embed
    mkdir -p "$folder/third_party" || return
    ln -sfn "$here" "$folder/third_party/headsetsvc" || return
    guide_file embed/CMakeLists.txt >"$folder/CMakeLists.txt" && guide_file host.c >"$folder/host.c" || return
    cmake -S "$folder" -B "$folder/build" && cmake --build "$folder/build" --target host || return
    "$folder/build/host"
}

main() {
    check 'install, then move' installed_and_moved "${1:?folder of a build}"
    ((good)) || return 1
    check 'no folder of this machine in what is installed' names_no_folder_of_ours
    check_find_package
    check_pkg_config
    begin 'add_subdirectory' embedded
    begin 'the guide by find_package and pkg-config' guide_works
    begin 'the guide by add_subdirectory' guide_embeds
    finish
    done_checking
}

main "$@"
