#!/bin/bash
# What people do with a mounted share, done by Linux's own client (cifs) and compared with what it ought to give.
# Needs a Linux machine with root, cifs-utils and python3; nothing of this repository. Everything is written below
# one new folder of the share, which is removed at the end.
#
#   linux-mount.sh --server HOST [--port N] --share NAME --user NAME --password SECRET --mount DIR
#                  --vers 2.1|3.0|3.0.2|3.1.1 [--sign|--seal] [--options OPT,...] [--tree DIR] [--large MIB] [--many N]
#
# --tree   a local tree to copy; keep names apart by more than letter case    --large  size of the large file, 0: none
# --many   entries of the large directory
# Prints one line a check: PASS, FAIL or NOTE (an answer to know, neither right nor wrong), the seconds, the name.
# Exits with the number of failures.
set -u
server=127.0.0.1 port=445 share= user= password= at= vers=3.1.1 extra= tree= large=1024 many=10000
while [ $# -gt 0 ]; do
  case $1 in
    --sign) extra=$extra,sec=ntlmsspi; shift; continue ;;
    --seal) extra=$extra,seal; shift; continue ;;
    --options) extra=$extra,$2 ;;
    --server) server=$2 ;; --port) port=$2 ;; --share) share=$2 ;; --user) user=$2 ;; --password) password=$2 ;;
    --mount) at=$2 ;; --vers) vers=$2 ;; --tree) tree=$2 ;; --large) large=$2 ;; --many) many=$2 ;;
    *) echo "unknown: $1" >&2; exit 64 ;;
  esac
  shift 2
done
work=$(mktemp -d) failures=0
mkdir -p "$at"
# mount_share [,OPTION...]
mount_share() {
  mount -t cifs "//$server/$share" "$at" -o "port=$port,username=$user,password=$password,vers=$vers$extra${1-}"
}
mount_share || { echo "FAIL mount"; exit 1; }
d=$at/interop-$$
mkdir "$d"
echo "# $(uname -r), $(mount.cifs -V), vers=$vers$extra"
grep " $at cifs" /proc/mounts

# check NAME FUNCTION: passes when the function succeeds. Its output is shown when it does not.
check() {
  local from=$SECONDS
  if ("$2") >"$work/out" 2>&1; then
    echo "PASS $((SECONDS - from))s $1"
  else
    echo "FAIL $((SECONDS - from))s $1"
    failures=$((failures + 1))
    head -n 12 "$work/out" | sed 's/^/     | /'
  fi
}
# note NAME COMMAND...: what it says and its status.
note() {
  local name=$1 text
  shift
  text=$("$@" 2>&1)
  echo "NOTE $name: status $?${text:+, $(tail -n 2 <<<"$text" | tr '\n' ' ')}"
}
# What this mount remembers must not answer for the server.
remount() { umount "$at" && mount_share "$@"; }
sum() { sha256sum <"$1"; }

small_file() {
  echo hello >"$d/a" && echo again >>"$d/a" && [ "$(cat "$d/a")" = $'hello\nagain' ]
}
append_truncate() {
  printf 12345 >"$d/tr" && truncate -s 2 "$d/tr" && printf X >>"$d/tr" && [ "$(cat "$d/tr")" = 12X ] &&
    truncate -s 1M "$d/tr" && [ "$(stat -c %s "$d/tr")" = 1048576 ] && [ "$(tail -c 4 "$d/tr" | tr -d '\0')" = '' ]
}
rename_over() {
  echo new >"$d/r1" && echo old >"$d/r2" && mv -f "$d/r1" "$d/r2" && [ "$(cat "$d/r2")" = new ] && [ ! -e "$d/r1" ] &&
    mkdir "$d/rd" && mv "$d/r2" "$d/rd/r3" && mv "$d/rd" "$d/re" && [ "$(cat "$d/re/r3")" = new ]
}
rename_over_open() {
  python3 - "$d" <<'P'
import os, sys
d = sys.argv[1]
open(d + '/o1', 'w').write('one'); open(d + '/o2', 'w').write('two')
f = open(d + '/o2'); os.rename(d + '/o1', d + '/o2')
assert open(d + '/o2').read() == 'one'
P
}
# This client closes a file a second after its program did; until then the name of a removed file stays.
other_case() { echo x >"$d/Case" && cat "$d/CASE" && sleep 2 && rm "$d/case" && [ ! -e "$d/Case" ]; }
unlink_open() {
  python3 - "$d" <<'P'
import os, sys
p = sys.argv[1] + '/gone'
f = open(p, 'w+'); f.write('still here'); f.flush(); os.unlink(p)
assert not os.path.exists(p), 'the name is still there'
f.seek(0); assert f.read() == 'still here'
f.close(); assert os.path.basename(p) not in os.listdir(sys.argv[1])
P
}
deep() {
  local p=$d/deep i
  for i in $(seq 30); do p=$p/level$i; done
  mkdir -p "$p" && echo x >"$p/f" && [ "$(find "$d/deep" | wc -l)" = 32 ] && rm -r "$d/deep" && [ ! -e "$d/deep" ]
}
times_modes() {
  echo x >"$d/tm" && touch -d '2001-02-03 04:05:06.1234567 UTC' "$d/tm" && chmod 444 "$d/tm" && remount &&
    [ "$(TZ=UTC stat -c %y "$d/tm")" = '2001-02-03 04:05:06.123456700 +0000' ] &&
    [ "$(stat -c %a "$d/tm")" = 555 ] && chmod 644 "$d/tm" && echo y >>"$d/tm"
}
odd_names() {
  local n
  for n in 'a:b' 'q?' 's*' 'quote"' 'l<t' 'g>t' 'p|pe' 'dot.' 'space ' 'ünïcödé' '日本語' "$(printf 'n%.0s' $(seq 200))"; do
    echo "$n" >"$d/$n" || { echo "cannot create $n"; return 1; }
  done
  remount
  for n in 'a:b' 'q?' 's*' 'quote"' 'l<t' 'g>t' 'p|pe' 'dot.' 'space ' 'ünïcödé' '日本語'; do
    [ "$(cat "$d/$n")" = "$n" ] && ls "$d" | grep -qxF -- "$n" || { echo "lost $n"; ls "$d"; return 1; }
    rm "$d/$n" || return 1
  done
}
locks() {
  python3 - "$d" <<'P'
import errno, fcntl, os, sys
p = sys.argv[1] + '/lock'
open(p, 'w').write('0123456789')
def other(call):
    """What another process gets: None or an errno."""
    pid = os.fork()
    if pid == 0:
        try:
            with open(p, 'r+') as f: call(f)
            os._exit(0)
        except OSError as e: os._exit(e.errno)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
exclusive = lambda f: fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, 4, 0)
behind = lambda f: fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, 4, 6)
whole = lambda f: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
f = open(p, 'r+'); exclusive(f)
assert other(exclusive) in (errno.EAGAIN, errno.EACCES), 'two exclusive locks of one range'
assert other(behind) == 0, 'a range that is free'
fcntl.lockf(f, fcntl.LOCK_UN, 4, 0)
assert other(exclusive) == 0, 'after unlock'
whole(f); assert other(whole) in (errno.EAGAIN, errno.EACCES), 'two flocks'
f.close(); assert other(whole) == 0, 'after close'
P
}
mmap_write() {
  python3 - "$d" <<'P'
import mmap, sys
p = sys.argv[1] + '/mm'
with open(p, 'wb') as f: f.truncate(1 << 20)
with open(p, 'r+b') as f, mmap.mmap(f.fileno(), 0) as m:
    for at in range(0, 1 << 20, 5000): m[at] = at % 251
    m.flush()
b = open(p, 'rb').read()
assert all(b[at] == at % 251 for at in range(0, 1 << 20, 5000)) and sum(1 for c in b if c) <= 210
P
  sum "$d/mm" >"$work/mm1" && remount && sum "$d/mm" | cmp - "$work/mm1"
}
direct() {
  dd if=/dev/urandom of="$work/dir" bs=64k count=64 status=none &&
    dd if="$work/dir" of="$d/dir" bs=64k oflag=direct status=none &&
    dd if="$d/dir" bs=128k iflag=direct status=none | cmp - "$work/dir"
}
sparse() {
  dd if=/dev/urandom of="$work/sp" bs=64k count=1 seek=1023 status=none && cp --sparse=always "$work/sp" "$d/sp" &&
    cmp "$work/sp" "$d/sp" && { [ "$vers" = 2.1 ] || punch_hole; }
}
# The client does not do it before SMB 3.
punch_hole() {
  fallocate -p -o 65011712 -l 2097152 "$d/sp" && [ "$(tail -c 65536 "$d/sp" | tr -d '\0' | wc -c)" = 0 ]
}
server_copy() { cp --reflink=auto "$d/dir" "$d/dir2" && cmp "$d/dir" "$d/dir2"; }
xattrs() {
  python3 - "$d" <<'P'
import os, sys
p = sys.argv[1] + '/xa'; open(p, 'w').close()
os.setxattr(p, 'user.COLOUR', b'green')
assert os.getxattr(p, 'user.COLOUR') == b'green', os.getxattr(p, 'user.COLOUR')
assert os.listxattr(p) == ['user.COLOUR'], os.listxattr(p)
os.removexattr(p, 'user.COLOUR'); assert os.listxattr(p) == []
P
}
# The client makes the second name while it may still hold the file open, in one message with CREATE and CLOSE. To a file
# that it has opened it gives one link, whatever the server says: links are counted first.
hard_links() {
  local i
  for i in $(seq 20); do
    echo "$i" >"$d/h$i" && ln "$d/h$i" "$d/l$i" && [ "$(cat "$d/l$i")" = "$i" ] || return 1
  done
  echo more >>"$d/l1" && remount && [ "$(stat -c %h "$d/h1" "$d/l1" | uniq)" = 2 ] &&
    [ "$(stat -c %i "$d/h1")" = "$(stat -c %i "$d/l1")" ] && [ "$(cat "$d/h1")" = $'1\nmore' ] && rm "$d/h1" &&
    [ "$(cat "$d/l1")" = $'1\nmore' ] && remount && [ "$(stat -c %h "$d/l1")" = 1 ] && rm "$d"/h[0-9]* "$d"/l[0-9]*
}
# POSIX: an empty directory gives way, a full one does not, and says so.
rename_directory_over() {
  mkdir "$d/da" "$d/db" "$d/dc" && echo x >"$d/da/in" && echo y >"$d/dc/in" && mv -T "$d/da" "$d/db" &&
    [ "$(cat "$d/db/in")" = x ] && ! mv -T "$d/db" "$d/dc" 2>"$work/said" && grep -q 'Directory not empty' "$work/said" &&
    [ "$(cat "$d/dc/in")" = y ] && rm -r "$d/db" "$d/dc"
}
mf_symlinks() {
  remount ,mfsymlinks && ln -s a "$d/ln" && [ "$(readlink "$d/ln")" = a ] && cmp "$d/ln" "$d/a" && remount ,mfsymlinks &&
    [ "$(readlink "$d/ln")" = a ] && [ "$(ls -l "$d" | grep -c -- '-> a')" = 1 ] && rm "$d/ln" && remount
}
many_entries() {
  python3 - "$d" "$many" <<'P'
import os, sys
os.mkdir(sys.argv[1] + '/many')
for i in range(int(sys.argv[2])): os.close(os.open(f'{sys.argv[1]}/many/entry-{i:05}', os.O_CREAT | os.O_WRONLY))
P
}
list_many() { remount && [ "$(ls -l "$d/many" | grep -c entry-)" = "$many" ] && [ "$(ls "$d/many" | sort -u | wc -l)" = "$many" ]; }
remove_many() { rm -rf "$d/many" && [ ! -e "$d/many" ]; }
copy_tree() { cp -a "$tree" "$d/tree" && remount && diff -r "$tree" "$d/tree" && same_times; }
# In the protocol times are multiples of 100 ns.
same_times() {
  diff <(cd "$tree" && find . -type f -printf '%P %s %TY%Tm%Td%TT\n' | sed 's/...$//' | sort) \
    <(cd "$d/tree" && find . -type f -printf '%P %s %TY%Tm%Td%TT\n' | sed 's/...$//' | sort) | head -n 6 >"$work/times"
  [ ! -s "$work/times" ] || { cat "$work/times"; return 1; }
}
remove_tree() { rm -rf "$d/tree" && [ ! -e "$d/tree" ]; }
large_up() {
  dd if=/dev/urandom of="$work/large" bs=1M count="$large" status=none && sum "$work/large" >"$work/large.sum" &&
    cp "$work/large" "$d/large" && rm "$work/large" && remount
}
large_down() { sum "$d/large" | cmp - "$work/large.sum" && rm "$d/large"; }
verified_io() {
  fio --name=v --directory="$d" --size=16m --bs=4k-64k --rw=randrw --verify=crc32c --do_verify=1 --ioengine=psync --end_fsync=1
}

check 'write, append, read' small_file
check 'truncate shorter and longer, append' append_truncate
check 'rename over an existing file, into a directory, of a directory' rename_over
check 'another letter case opens and removes' other_case
check 'mkdir -p 30 deep, rm -r' deep
check 'touch -d keeps 100 ns, chmod 444 keeps read-only, over a remount' times_modes
check 'names with : ? * " < > | . space, Unicode, 200 characters' odd_names
check 'fcntl and flock between two processes' locks
check 'mmap, shared and written' mmap_write
check 'O_DIRECT written and read' direct
check 'sparse file, punched hole' sparse
check 'copy on the server' server_copy
check 'hard links of files just written, counted after a remount' hard_links
check 'rename of a directory over an empty one, not over a full one' rename_directory_over
check 'extended attributes' xattrs
check 'symlinks with mfsymlinks' mf_symlinks
note 'symlink without' sh -c 'ln -s a "$1/ln" && readlink "$1/ln"' sh "$d"
note 'rename that changes letter case only' sh -c 'echo x >"$1/Spelt" && mv "$1/Spelt" "$1/sPELT"' sh "$d"
note 'rename over a file that is open' rename_over_open
note 'unlink of a file that is open' unlink_open
note 'mkfifo' mkfifo "$d/fifo"
note 'df' df -h --output=fstype,size,used,avail "$at"
note 'df -i' df -i "$at"
if command -v fio >/dev/null; then check 'fio, random reads and writes, verified' verified_io; fi
if [ "$many" -gt 0 ]; then
  check "create $many entries" many_entries
  check "ls -l of $many entries" list_many
  check "rm -rf of $many entries" remove_many
fi
if [ -n "$tree" ]; then
  check "cp -a of $(find "$tree" -type f | wc -l) files, $(du -sm "$tree" | cut -f1) MiB; diff -r; times" copy_tree
  check 'rm -rf of the tree' remove_tree
fi
if [ "$large" -gt 0 ]; then
  check "$large MiB up" large_up
  check "$large MiB down, same SHA-256" large_down
fi
rm -rf "$d" || failures=$((failures + 1))
umount "$at"
rm -rf "$work"
echo "# $failures failures"
exit "$failures"
