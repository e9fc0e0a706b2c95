#!/bin/sh
# What the tests need from the system: a browser with Chinese type for the pages, PostgreSQL for the store. Called with
# "thorough", also what the slow ones ask: readers of feeds, nginx, and a LibreOffice without windows.
set -eu

missing=
want() {
    missing="$missing $1"
}
has() {
    command -v "$1" >/dev/null 2>&1
}

# The checks for accessibility run in the browser; npm puts them beside the other packages of the tests.
packages=axe-core@4.14.1
has chromium || want chromium
has npm || want npm
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want postgresql
ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || want fonts-noto-cjk
if [ "${1:-}" = thorough ]; then
    packages="$packages feedsmith@3.0.1 rss-parser@3.13.0 @rowanmanning/feed-parser@2.1.5"
    has newsboat || want newsboat
    has nginx || want nginx-light
    has soffice || want "libreoffice-calc-nogui libreoffice-writer-nogui"
fi

if [ -n "$missing" ]; then
    if [ "$(id -u)" -eq 0 ] && has apt-get; then
        apt-get update -qq
        # shellcheck disable=SC2086  # a list of names
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
    else
        echo "没有管理员权限，未安装：${missing}；需要它们的测试会失败。Not root, so these were not installed:${missing}" >&2
    fi
fi

for package in $packages; do
    if [ ! -d ".venv/npm/node_modules/${package%@*}" ] && has npm; then
        # All at once: npm takes away what a call without --save does not name.
        # shellcheck disable=SC2086  # a list of names
        npm install --silent --no-audit --no-fund --no-save --prefix .venv/npm $packages
        break
    fi
done
