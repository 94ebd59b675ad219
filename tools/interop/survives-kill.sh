#!/bin/sh
# A copy by Linux's cifs client through a SIGKILL of the daemon: the open file, its lock and its lease are persistent.
#
# Runs in two places at once. On the machine that serves:
#   survives-kill.sh serve DIR          serves DIR as //HOST:4498/ca (user u1, password p1); kills itself once `copy`
#                                       has written 16 MiB, and starts again
#   survives-kill.sh serve DIR alive    breaks the connection then instead, on a share without persistent handles
# On the client, as root (a virtual machine will do):
#   survives-kill.sh mount HOST OPTION  mounts with OPTION (persistenthandles or resilienthandles), takes a lock,
#                                       copies 64 MiB with dd, written through, and compares; the server's side
#                                       asks for the lock meanwhile
#   survives-kill.sh mount HOST OPTION cp   copies with cp instead; OPTION may be more than one: `persistenthandles,cache=none`
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
port=4498

serve() {
  folder=$1 alive=${2-} state=$(mktemp -d)
  cat > "$state/tsmbd.conf" <<CONF
[global]
 tcp port = $port
[ca]
 path = $folder
 read only = no
 continuous availability = $([ -z "$alive" ] && echo yes || echo no)
CONF
  tsmbd() { "$here/node_modules/.bin/node" "$here/apps/server/src/main.ts" "$@" --state "$state"; }
  echo p1 | tsmbd user add u1
  start() {
    "$here/node_modules/.bin/node" "$here/apps/server/src/main.ts" serve --config "$state/tsmbd.conf" --state "$state" --log-level "${LOG_LEVEL:-info}" \
      > "$state/log.$1" 2>&1 &
    daemon=$!
  }
  trap 'kill $daemon 2>/dev/null' EXIT
  trap 'exit 1' INT TERM
  start 1
  while [ "$(stat -c %s "$folder/copy" 2>/dev/null || echo 0)" -lt 16777216 ]; do sleep 0.2; done
  if [ -z "$alive" ]; then
    kill -9 "$daemon"
    echo "killed with $(stat -c %s "$folder/copy") bytes of the copy written"
    sleep 2
    start 2
  else
    ss -K sport = $port > /dev/null
    echo "connection broken with $(stat -c %s "$folder/copy") bytes of the copy written"
  fi
  while [ ! -e "$folder/copied" ]; do sleep 0.2; done
  for range in "5 10" "20 10"; do
    # shellcheck disable=SC2086
    echo "lock $range from another client: $("$here/node_modules/.bin/node" "$here/tools/interop/lock-held.ts" $port ca locked $range)"
  done
  touch "$folder/checked"
  while [ ! -e "$folder/done" ]; do sleep 0.2; done
  sleep 1
}

client() {
  host=$1 option=$2 with=${3-dd}
  mkdir -p /mnt/ca
  mount -t cifs "//$host/ca" /mnt/ca -o "username=u1,password=p1,vers=3.1.1,port=$port,hard,$option"
  grep -o "persistent\|resilient" /proc/mounts | head -1
  head -c 67108864 /dev/urandom > /tmp/source
  cat > /tmp/hold.py <<'PY'
import fcntl, os, sys, time
f = open('/mnt/ca/locked', 'w+b')
f.write(b'x' * 100); f.flush()
fcntl.lockf(f, fcntl.LOCK_EX, 10, 5)
print('locked', flush=True)
while not os.path.exists('/tmp/stop'): time.sleep(0.2)
f.seek(0); f.write(b'y'); f.flush(); os.fsync(f.fileno())
print('still writable', flush=True)
PY
  python3 /tmp/hold.py & hold=$!
  sleep 2
  case $with in
    cp) cp /tmp/source /mnt/ca/copy ;;
    # Written through, because 6.12 gives up pages that it is writing back when the connection goes.
    *) dd if=/tmp/source of=/mnt/ca/copy bs=256k oflag=direct 2>/dev/null ;;
  esac
  echo "source $(sha256sum < /tmp/source)"
  echo "copy   $(sha256sum < /mnt/ca/copy)"
  touch /mnt/ca/copied
  # Whoever checks the lock from outside does so now.
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e /mnt/ca/checked ] && break; sleep 1; done
  touch /tmp/stop
  wait "$hold"
  dmesg | grep -i "cifs\|smb" | tail -5
  touch /mnt/ca/done
  umount /mnt/ca
}

case $1 in
  serve) serve "$2" "${3-}" ;;
  mount) client "$2" "$3" "${4-dd}" ;;
esac
