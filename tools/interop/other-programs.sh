#!/bin/bash
# smbclient with a tree, rclone and rpcclient on a share, and what they transferred compared. Needs smbclient, rclone
# and python3; nothing of this repository. Everything is written below one new folder of the share.
#
#   other-programs.sh --server HOST [--port N] --share NAME --user NAME --password SECRET --tree DIR [--large MIB]
#
# --tree   a local tree of some hundred files; keep names apart by more than letter case
# Prints one line a check; exits with the number of failures.
set -u
server=127.0.0.1 port=445 share= user= password= tree= large=1024
while [ $# -gt 0 ]; do
  case $1 in
    --server) server=$2 ;; --port) port=$2 ;; --share) share=$2 ;; --user) user=$2 ;; --password) password=$2 ;;
    --tree) tree=$2 ;; --large) large=$2 ;;
    *) echo "unknown: $1" >&2; exit 64 ;;
  esac
  shift 2
done
work=$(mktemp -d) failures=0 folder=interop-$$
check() {
  local name=$1 from=$SECONDS
  shift
  if ("$@") >"$work/out" 2>&1; then
    echo "PASS $((SECONDS - from))s $name"
  else
    echo "FAIL $((SECONDS - from))s $name"
    failures=$((failures + 1))
    tail -n 12 "$work/out" | sed 's/^/     | /'
  fi
}
smb() { smbclient "//$server/$share" -p "$port" -U "$user%$password" -c "$1"; }
rpc() { rpcclient "$server" -p "$port" -U "$user%$password" -c "$1"; }
cloud() {
  rclone --config /dev/null --smb-host "$server" --smb-port "$port" --smb-user "$user" \
    --smb-pass "$(rclone obscure "$password")" "$@"
}

list() { smbclient -L "//$server" -p "$port" -U "$user%$password" -g | grep "^Disk|$share|"; }
smb_up() { (cd "$tree" && smb "mkdir $folder; cd $folder; mkdir tree; cd tree; prompt off; recurse on; mput *"); }
smb_down() {
  mkdir "$work/tree" && (cd "$work/tree" && smb "cd $folder\\tree; prompt off; recurse on; mget *") &&
    diff -r "$tree" "$work/tree" && rm -r "$work/tree"
}
smb_everyday() {
  (cd "$work" && echo a >one && smb "cd $folder; put one; rename one two; get two; mkdir sub; rename two sub\\three; \
    setmode sub\\three +hr; allinfo sub\\three; del sub\\three; setmode sub\\three -r; del sub\\three; rmdir sub; du; volume") &&
    cmp "$work/one" "$work/two"
}
clone_up() { cloud sync "$tree" ":smb:$share/$folder/clone"; }
clone_check() { cloud check --download "$tree" ":smb:$share/$folder/clone"; }
clone_down() { cloud copy ":smb:$share/$folder/clone" "$work/clone" && diff -r "$tree" "$work/clone" && rm -r "$work/clone"; }
clone_large() {
  head -c "${large}M" /dev/urandom >"$work/large" && cloud copy "$work/large" ":smb:$share/$folder" &&
    cloud copyto ":smb:$share/$folder/large" "$work/large2" &&
    [ "$(sha256sum <"$work/large")" = "$(sha256sum <"$work/large2")" ] && rm "$work"/large*
}
clone_move() { cloud moveto ":smb:$share/$folder/large" ":smb:$share/$folder/clone/moved" && cloud lsl ":smb:$share/$folder/clone" | grep moved; }
clone_purge() { cloud purge ":smb:$share/$folder/clone" && ! smb "ls $folder\\clone"; }
server_info() { rpc srvinfo | grep -i platform_id; }
share_enum() { rpc "netshareenumall 1" | grep "netname: $share"; }
lookup() { rpc "lookupnames $user" | grep "S-1-5-21-.*(User: 1)"; }
lookup_back() { rpc "lookupsids $(rpc "lookupnames $user" | awk '{print $2}')" | grep -i "$user"; }
wkssvc() { rpc wkssvc_wkstagetinfo; }

smbclient --version | sed 's/^/# smbclient /'
rclone version | head -n 1 | sed 's/^/# /'
check 'smbclient -L' list
check "smbclient mput of $(find "$tree" -type f | wc -l) files, recursive" smb_up
check 'smbclient mget, diff -r' smb_down
check 'smbclient put, rename, setmode, allinfo, del, rmdir, du, volume' smb_everyday
check 'rclone sync of the tree' clone_up
check 'rclone check --download' clone_check
check 'rclone copy back, diff -r' clone_down
check "rclone, $large MiB up and down, same SHA-256" clone_large
check 'rclone moveto' clone_move
check 'rclone purge' clone_purge
check 'rpcclient srvinfo' server_info
check "rpcclient netshareenumall 1" share_enum
check 'rpcclient lookupnames' lookup
check 'rpcclient lookupsids' lookup_back
check 'rpcclient wkssvc_wkstagetinfo' wkssvc
check 'smbclient deltree' smb "deltree $folder"
rm -rf "$work"
echo "# $failures failures"
exit $failures
