#!/bin/bash
# Rates of Linux's own client (cifs) with tsmbd and with other servers on the same machine, as a
# Markdown table. Needs a Linux machine with root, cifs-utils, fio and python3. Starts tsmbd itself,
# anew for each mode. The other servers run already, with a share "share" and the same user; all of
# them should share folders of one file system.
#
#   lab-rates.sh --dir DIR [--port N] [--modes 'plain sign seal'] [--rows REGEX] [--repeat N]
#                [--user NAME] [--password SECRET] [--node 'node FLAGS'] [--raw FILE] [NAME=PORT ...]
#
# --dir      the folder that tsmbd shares
# --repeat   how often each row is measured (4): the first time, and the others, which are "warm"
# --raw      keeps the samples: mode|repetition|row|unit|server|rate
# NAME=PORT  a server to compare with, such as smbd=4451
# The mounts keep nothing that could answer in a server's place, and are the same for each server.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
dir='' port=4450 modes='plain sign seal' rows=. repeat=4 user=user password=pass raw='' others=()
node=$here/node_modules/.bin/node
while [ $# -gt 0 ]; do
  case $1 in
    --dir) dir=$2 ;; --port) port=$2 ;; --modes) modes=$2 ;; --rows) rows=$2 ;; --repeat) repeat=$2 ;;
    --user) user=$2 ;; --password) password=$2 ;; --node) node=$2 ;; --raw) raw=$2 ;;
    *=*) others+=("$1"); shift; continue ;;
    *) echo "unknown: $1" >&2; exit 64 ;;
  esac
  shift 2
done
work=$(mktemp -d) daemon=
raw=${raw:-$work/raw}
: >"$raw"
trap 'stop' EXIT
# shellcheck disable=SC2086
tsmbd() { exec $node "$here/apps/server/src/main.ts" "$@" --state "$work/state"; }

start() {
  mkdir -p "$work/state" "$dir"
  printf '[global]\n tcp port = %s\n workers = 1\n server signing = auto\n[share]\n path = %s\n read only = no\n' \
    "$port" "$dir" >"$work/tsmbd.conf"
  (echo "$password" | tsmbd user add "$user") >"$work/user" 2>&1 || true
  tsmbd serve --config "$work/tsmbd.conf" >"$work/log" 2>&1 &
  daemon=$!
  until (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    kill -0 "$daemon" || { cat "$work/user" "$work/log" >&2; exit 1; }
    sleep 0.2
  done
}

stop() {
  local at
  for at in "$work"/at/*; do umount "$at" 2>/dev/null || true; done
  [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
  wait
  daemon=
}

# mount_share NAME PORT MODE
mount_share() {
  local at=$work/at/$1 options=
  [ "$3" = plain ] || options=,$3
  mkdir -p "$at"
  mount -t cifs //127.0.0.1/share "$at" -o \
    "port=$2,username=$user,password=$password,vers=3.1.1,cache=none,actimeo=0,closetimeo=0,nohandlecache$options"
  rm -rf "$at/rates"
  mkdir "$at/rates" "$at/rates/list"
  (cd "$at/rates/list" && seq -f 'a-file-with-a-name-%g' 500 | xargs touch)
  dd if=/dev/zero of="$at/rates/data" bs=1M count=16 2>/dev/null
}

# What is measured: name, unit, command. Work of the first and of each later time is the same.
table() {
  cat <<'ROWS'
random read 4 KiB, depth 1|read/s|data randread 4k psync 1 500
random read 4 KiB, depth 16|read/s|data randread 4k libaio 16 1000
random write 4 KiB, depth 1|write/s|data randwrite 4k psync 1 500
random write 4 KiB, depth 16|write/s|data randwrite 4k libaio 16 1000
sequential read 1 MiB|MiB/s|data read 1M psync 1 32
sequential write 1 MiB|MiB/s|data write 1M psync 1 32
create|file/s|names create
stat|stat/s|names stat
rename|rename/s|names rename
delete|file/s|names delete
list 500 entries|entry/s|names list
rm -rf of a listed tree of 100 files|requests|requests
ROWS
}

# data RW BLOCK ENGINE DEPTH COUNT, in the folder of a share: operations a second
data() {
  fio --name=a --filename=data --size=16M --direct=1 --invalidate=0 --rw="$1" --bs="$2" --ioengine="$3" \
    --iodepth="$4" --number_ios="$5" --io_size=1G --randseed=1 --output-format=json >"$work/fio"
  python3 -c '
import json, sys
job = json.load(open(sys.argv[1]))["jobs"][0]
print(max(job["read"]["iops"], job["write"]["iops"]))' "$work/fio"
}

# names WHAT, in the folder of a share: operations a second, listed entries for `list`
names() {
  python3 - "$1" <<'PYTHON'
import os, sys, time
files = [f'file-{i}' for i in range(120)]
def create():
    for name in files: os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
def stat():
    for name in files: os.stat(name)
def rename():
    for name in files: os.rename(name, 'renamed-' + name)
def delete():
    for name in files: os.unlink('renamed-' + name)
def listing():
    return sum(len(os.listdir('list')) for _ in range(4))
# With --rows, nothing may have removed the files of the last time.
if sys.argv[1] == 'create':
    for name in os.listdir('.'):
        if name.startswith(('file-', 'renamed-')): os.unlink(name)
work = {'create': create, 'stat': stat, 'rename': rename, 'delete': delete, 'list': listing}[sys.argv[1]]
start = time.perf_counter()
done = work() or len(files)
print(done / (time.perf_counter() - start))
PYTHON
}

# Requests of the client, all mounts together, for `rm -rf` of a folder that was just listed.
requests() {
  local before
  mkdir tree
  (cd tree && seq 100 | xargs touch)
  ls -R tree >/dev/null
  before=$(sent)
  rm -rf tree
  echo $(($(sent) - before))
}
sent() { awk '/^SMBs:/ { n += $2 } END { print n }' /proc/fs/cifs/Stats; }

# measure MODE: every row of every server in turn, `repeat` times
measure() {
  local again name unit command server rate
  start
  for server in "tsmbd=$port" "${others[@]}"; do mount_share "${server%=*}" "${server#*=}" "$1"; done
  for ((again = 1; again <= repeat; again++)); do
    while IFS='|' read -r name unit command; do
      [[ $name =~ $rows ]] || continue
      # A count is the same each time.
      [ "$unit" != requests ] || [ "$again" = 1 ] || continue
      for server in tsmbd "${others[@]%=*}"; do
        # An assignment of its own, so that a command that fails ends the script.
        rate=$(cd "$work/at/$server/rates" && $command </dev/null)
        echo "$1|$again|$name|$unit|$server|$rate" >>"$raw"
      done
    done < <(table)
  done
  stop
}

for mode in $modes; do measure "$mode"; done
python3 - "$raw" <<'PYTHON'
import collections, statistics, sys
rows = collections.OrderedDict()
for line in open(sys.argv[1]):
    mode, again, name, unit, server, rate = line.rstrip('\n').split('|')
    rows.setdefault((name, mode, unit), {}).setdefault(server, []).append(float(rate))
servers = list(next(iter(rows.values())))
def warm(samples): return statistics.median(samples[1:] or samples)
def show(a, b): return f'**{a / b:.2f}**' if b else ''
others = servers[1:]
head = ['row', 'mode', 'unit', *servers]
head += [f'tsmbd / {o}, {w}' for o in others for w in ('warm', 'first')]
print('| ' + ' | '.join(head) + ' |')
print('| ' + ' | '.join(['---'] * 3 + ['---:'] * (len(head) - 3)) + ' |')
for (name, mode, unit), by in rows.items():
    cells = [name, mode, unit] + [f'{warm(by[s]):,.0f}' for s in servers]
    for o in others: cells += [show(warm(by['tsmbd']), warm(by[o])), show(by['tsmbd'][0], by[o][0])]
    print('| ' + ' | '.join(cells) + ' |')
PYTHON
