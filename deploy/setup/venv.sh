#!/bin/sh
# Make a virtual environment with Python 3.11 or newer: venv.sh FOLDER
set -eu
folder=$1

is_new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))'
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

# Debian ships venv without ensurepip; the package python3-venv brings it.
can_make_environments() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

apt_install() {
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        return 1
    fi
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

python=$(find_python)
if [ -z "$python" ]; then
    apt_install python3 python3-venv || true
    python=$(find_python)
fi
if [ -z "$python" ]; then
    echo "需要 Python 3.11 或更新的版本（设 PYTHON=… 可指定）。Python 3.11 or newer is needed (PYTHON=... names it)." >&2
    exit 1
fi
if ! can_make_environments "$python"; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    apt_install "python$version-venv" || apt_install python3-venv || true
    if ! can_make_environments "$python"; then
        echo "请先以管理员身份运行：apt-get install python3-venv。Run that as root first." >&2
        exit 1
    fi
fi
if ! "$folder/bin/python" -c 'import pip' >/dev/null 2>&1; then
    "$python" -m venv --clear "$folder"
fi
