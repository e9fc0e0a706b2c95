#!/bin/sh
# Make the surface of the editors' console into one file, once and again when its sources change.
# Without npm the console has a plain text field in its place, and everything else works.
set -eu
source=server/console/surface
made=server/console/static/surface.js
folder=${1:-.venv/npm-surface}

stamp=$(cat "$source"/*.js* | cksum)
if [ -f "$made" ] && [ "$(cat "$folder/stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi
if ! command -v npm >/dev/null 2>&1; then
    echo "没有 npm：写稿用普通文本框。装上 npm 后再运行 make install，就有带格式的编辑器。No npm: the editor is a plain text field." >&2
    exit 0
fi
mkdir -p "$folder"
cp "$source"/* "$folder"/
if ! npm ci --silent --no-audit --no-fund --prefix "$folder"; then
    echo "没有连上软件源：写稿用普通文本框，连网后再运行 make install。The packages of the editor could not be fetched." >&2
    exit 0
fi
# Chromium 78 is in the browsers that offices still have; old.js brings what no syntax can.
"$folder/node_modules/.bin/esbuild" "$folder/main.js" --bundle --minify --format=iife --target=chrome78 \
    --charset=utf8 --legal-comments=inline --log-level=warning --outfile="$folder/surface.js"
mv "$folder/surface.js" "$made"
echo "$stamp" > "$folder/stamp"
