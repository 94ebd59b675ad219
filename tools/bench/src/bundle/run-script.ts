/**
 * The script at the top of a bundle. It gives the root folder the kernel's own file systems and
 * runs the bench inside it: as root in a mount namespace of its own; as another user in a user
 * namespace too; and where there is no unshare(1), with mounts that are taken away at the end. smbd
 * changes its groups, which the kernel allows in a user namespace only if newuidmap(1) has made its
 * map.
 */
export const RUN_SCRIPT = `#!/bin/sh
# Runs the bench with nothing of this machine but its kernel. Arguments are the bench's:
#
#   ./run --clients 1,2,4,8 --servers tsmbd:1,smbd --json /out/table.json --svg /out/table.svg
#
# The files are then in root/out. --folder /out puts the shared folder there too; without it, it is
# in root/tmp.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/root

mounted() {
  mount --rbind /proc "$root/proc" && mount --rbind /dev "$root/dev"
}

bench() {
  cd /
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp TERM="\${TERM:-dumb}" \\
    "$(command -v chroot)" "$root" /usr/bin/node /tsmbd/tools/bench/src/main.ts "$@"
}

PATH=$PATH:/usr/sbin:/sbin
if [ "\${1:-}" = --inside ]; then
  shift
  mounted
  bench "$@"
elif [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
  exec unshare --mount "$here/run" --inside "$@"
elif unshare --map-root-user --map-auto --mount true 2>/dev/null; then
  exec unshare --map-root-user --map-auto --mount "$here/run" --inside "$@"
elif unshare --map-root-user --mount true 2>/dev/null; then
  echo 'run: this user has no subordinate ids, so smbd cannot start here: name other --servers' >&2
  exec unshare --map-root-user --mount "$here/run" --inside "$@"
elif [ "$(id -u)" = 0 ] && mounted 2>/dev/null; then
  trap 'umount -lR "$root/proc" "$root/dev"' EXIT
  bench "$@"
else
  echo 'run: this user may make no namespace and no mounts here' >&2
  exit 1
fi
`;
