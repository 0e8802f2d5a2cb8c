#!/usr/bin/env bash
# container-base.sh FOLDER: lays out in FOLDER/root what a base image needs that offers what AWS's own does: Node 24, Lambda's
# runtime client and an entrypoint that runs it; beside them only a shell and the C and C++ libraries of this machine.
# 133 MB, 127 of them Node. For x86 and arm64 with glibc; the client's library is compiled, by g++, make and cmake.
# What was compiled is kept in the user's cache.
set -euo pipefail
mkdir -p "$1" && cd "$1"
node=24.21.0 runtime_client=4.0.2
case $(uname -m) in
  x86_64) cpu=x64 ;;
  aarch64) cpu=arm64 ;;
  *) echo "no Node for $(uname -m)" >&2 && exit 1 ;;
esac
kept=${XDG_CACHE_HOME:-${HOME:-$PWD}/.cache}/cliptag/runtime-client-$runtime_client-$cpu

if [ ! -d "$kept" ]; then
  for tool in g++ make cmake; do
    command -v "$tool" >/dev/null || { echo "no $tool, which compiles Lambda's runtime client" >&2 && exit 1; }
  done
  mkdir -p client && (cd client && npm init -y && npm_config_nodedir=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")") \
    npm install "aws-lambda-ric@$runtime_client" --ignore-scripts=false --no-audit --no-fund) >client.log 2>&1 ||
    { echo "Lambda's runtime client cannot be installed: $(tail -n 1 client.log)" >&2 && exit 1; }
  draft=$kept.$$ && mkdir -p "$draft"
  cp client/node_modules/aws-lambda-ric/{index.mjs,package.json,rapid-client.node} "$draft/"
  mv -T "$draft" "$kept" 2>/dev/null || rm -r "$draft" # Another run was first.
fi

npm pack --silent "node-linux-$cpu@$node" >/dev/null
mkdir -p root/{bin,etc,tmp,var/{task,runtime,lang/bin}}
tar -xzf "node-linux-$cpu-$node.tgz" -C root/var/lang/bin --strip-components 2 package/bin/node
cp "$kept"/* root/var/runtime/
cp -L /bin/sh root/bin/sh
# glibc whole: what the image adds to it, sharp's libraries, takes parts that Node does not.
ldd root/bin/sh root/var/lang/bin/node root/var/runtime/rapid-client.node | grep -o '/[^ ]*' | grep -v ':$' | sort -u |
  while read -r library; do
    install -D "$library" "root$library"
    case $library in
      */libc.so.6) for part in libresolv.so.2 librt.so.1; do install -D "${library%/*}/$part" "root${library%/*}/$part"; done ;;
    esac
  done
cat >root/lambda-entrypoint.sh <<'ENTRYPOINT'
#!/bin/sh
export _HANDLER="$1"
exec /var/lang/bin/node /var/runtime/index.mjs "$1"
ENTRYPOINT
chmod 755 root/lambda-entrypoint.sh
chmod 1777 root/tmp
