#!/usr/bin/env bash
# container-sandbox.sh ROOT NODE TASK CLIENT [PROCS]: runs a function's files as a container would, without an engine:
# in a root of their own that can't be written but in /tmp, as user 993 without capabilities, with no other processes in
# sight. ROOT is an empty folder, TASK becomes /var/task, PROCS is a control group's list of processes to join.
# To be started by `unshare --mount --pid --fork`, as root. The network is the machine's.
set -euo pipefail
root=$1 node=$2 task=$3 client=$4 procs=${5:-}
[ -z "$procs" ] || echo $$ >"$procs"

mount -t tmpfs -o mode=755 tmpfs "$root"
mkdir -p "$root"/{usr,proc,dev,tmp,var/task,var/lang/bin}
for name in bin lib lib64; do
  if [ -L "/$name" ]; then cp -P "/$name" "$root/"; elif [ -d "/$name" ]; then mkdir "$root/$name"; fi
done
touch "$root/var/lang/bin/node" "$root/var/client.mjs"

read_only() { mount --bind "$1" "$2" && mount -o remount,bind,ro "$2"; }
for name in usr bin lib lib64; do
  if [ -d "$root/$name" ] && [ ! -L "$root/$name" ]; then read_only "/$name" "$root/$name"; fi
done
# A function has no fonts but its own.
[ ! -d "$root/usr/share/fonts" ] || mount -t tmpfs -o ro tmpfs "$root/usr/share/fonts"
read_only "$task" "$root/var/task"
read_only "$node" "$root/var/lang/bin/node"
read_only "$client" "$root/var/client.mjs"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777,size=512m tmpfs "$root/tmp"
mount -o remount,ro "$root"

# Rights first, for whoever changes them is no longer ended with its parent, unless it asks for it again.
exec chroot "$root" /usr/bin/setpriv --reuid=993 --regid=990 --clear-groups --no-new-privs --pdeathsig=KILL \
  /usr/bin/env -C /var/task /var/lang/bin/node /var/client.mjs
