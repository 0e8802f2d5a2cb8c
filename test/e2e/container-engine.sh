#!/usr/bin/env bash
# What container.test.ts needs: a Docker engine and a base image.
#
#   container-engine.sh start FOLDER && . FOLDER/environment && npx vitest run test/deployment/container.test.ts
#   container-engine.sh stop FOLDER
#
# The engine is the machine's own; where none answers, one of Debian's packages, unpacked and not installed, with nothing
# of the machine's network changed and a socket only, which ends by itself after half an hour. The base image is
# CLIPTAG_BASE_IMAGE, or AWS's own where it can be pulled, or what container-base.sh makes. Where something is missing,
# `start` says so in one line and fails. `stop` leaves nothing behind but what was compiled, in the user's cache.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$2" && cd "$2"
folder=$PWD group=cliptag-$(basename "$PWD")
aws_base=$(sed -n 's/^ARG BASE=//p' "$here/../../infra/packaging/Dockerfile") own_base=cliptag-lambda-base-$(basename "$PWD" | tr '[:upper:]' '[:lower:]')
# Packages and layers come within seconds or, behind a wall that answers nothing, never.
fetch() { timeout 90 "$@"; }

fail() {
  echo "$1" >&2
  exit 1
}

start_engine() {
  if timeout 10 docker version >/dev/null 2>&1; then return; fi
  [ "$(uname -s)" = Linux ] || fail 'no Docker engine answers'
  [ "$(id -u)" = 0 ] || fail 'no Docker engine answers, and only root can start one'
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || fail 'no Docker engine answers, and there is no apt-get to fetch one'
  fetch apt-get download -qq docker.io containerd runc tini >packages.log 2>&1 || fail "no Docker engine: $(tail -n 1 packages.log)"
  for package in *.deb; do dpkg -x "$package" debian && rm "$package"; done
  export PATH="$folder/debian/usr/bin:$folder/debian/usr/sbin:$PATH" DOCKER_HOST="unix://$folder/socket"
  mkdir -p data exec
  setsid timeout 1800 dockerd --data-root "$folder/data" --exec-root "$folder/exec" -H "$DOCKER_HOST" -p "$folder/pid" \
    --cgroup-parent="/$group" --bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
    >engine.log 2>&1 </dev/null &
  local engine=$!
  echo "$engine" >engine-pid
  for _ in $(seq 60); do
    timeout 10 docker version >/dev/null 2>&1 && return
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.5
  done
  fail "the Docker engine does not start: $(grep -v level=info engine.log | tail -n 1)"
}

find_base() {
  if [ -n "${CLIPTAG_BASE_IMAGE:-}" ]; then return; fi
  export CLIPTAG_BASE_IMAGE=$aws_base
  if fetch docker pull --quiet "$aws_base" >pull.log 2>&1; then return; fi
  export CLIPTAG_BASE_IMAGE=$own_base
  timeout 210 "$here/container-base.sh" "$folder/base" 2>base.log ||
    fail "no base image: $(tail -n 1 base.log | grep . || echo 'it was not made within its time limit')"
  tar -C base/root -c . | timeout 60 docker import -c 'ENTRYPOINT ["/lambda-entrypoint.sh"]' -c 'WORKDIR /var/task' \
    -c 'ENV PATH=/var/lang/bin:/bin LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime' - "$own_base" >/dev/null
  rm -rf base
}

stop() {
  if [ ! -f engine-pid ]; then
    docker image rm --force "$own_base" >/dev/null 2>&1 || true
  else
    local engine
    engine=$(cat engine-pid)
    kill "$engine" 2>/dev/null || true
    for _ in $(seq 60); do kill -0 "$engine" 2>/dev/null && sleep 0.5 || break; done
    awk -v under="$folder/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount
    find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} + 2>/dev/null || true
  fi
  # Something that was started just before and not waited for may still write there.
  rm -rf "$folder" || { sleep 2 && rm -rf "$folder"; }
}

case $1 in
  start)
    start_engine
    find_base
    timeout 60 docker run --rm --read-only --network host --entrypoint /bin/sh "$CLIPTAG_BASE_IMAGE" -c : 2>run.log ||
      fail "the Docker engine runs no container: $(tail -n 1 run.log)"
    for name in PATH DOCKER_HOST CLIPTAG_BASE_IMAGE; do
      if [ -n "${!name:-}" ]; then printf 'export %s=%q\n' "$name" "${!name}"; fi
    done >environment.draft
    mv environment.draft environment
    ;;
  stop) stop ;;
  *) fail "usage: container-engine.sh start|stop FOLDER" ;;
esac
