#!/bin/sh
# What the tests need from the system: a browser with Chinese type for the pages, PostgreSQL for the store.
set -eu

missing=
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || missing="$missing fonts-noto-cjk"

command -v npm >/dev/null 2>&1 || missing="$missing npm"

# The checks for accessibility run in the browser; npm puts them beside the other packages of the tests.
axe() {
    if [ ! -f .venv/npm/node_modules/axe-core/axe.min.js ] && command -v npm >/dev/null 2>&1; then
        npm install --silent --no-audit --no-fund --no-save --prefix .venv/npm axe-core@4.14.1
    fi
}

if [ -z "$missing" ]; then
    axe
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    # shellcheck disable=SC2086  # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
    axe
else
    echo "没有管理员权限，未安装：${missing}；需要它们的测试会失败。Not root, so these were not installed:${missing}" >&2
fi
