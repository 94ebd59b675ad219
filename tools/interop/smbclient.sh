#!/bin/bash
# smbclient at every dialect, unsigned, signed with every algorithm and sealed with every cipher: a file up and down
# with the same SHA-256. Needs smbclient 4.17 or later.
#
#   smbclient.sh --server HOST [--port N] --share NAME --user NAME --password SECRET [--size MIB] [--status COMMAND]
#
# --size     of the file (default 16)
# --status   a shell command run while connected, such as "tsmbd status --state DIR"; its session line is shown, which
#            says what was negotiated
# Prints one line a combination; exits with the number of failures.
set -u
server=127.0.0.1 port=445 share= user= password= size=16 status=
while [ $# -gt 0 ]; do
  case $1 in
    --server) server=$2 ;; --port) port=$2 ;; --share) share=$2 ;; --user) user=$2 ;; --password) password=$2 ;;
    --size) size=$2 ;; --status) status=$2 ;;
    *) echo "unknown: $1" >&2; exit 64 ;;
  esac
  shift 2
done
work=$(mktemp -d) failures=0
head -c "${size}M" /dev/urandom >"$work/up"
want=$(sha256sum <"$work/up")

# combination TITLE DIALECT ARGUMENT...
combination() {
  local title=$1 dialect=$2 from=$SECONDS seen=
  shift 2
  rm -f "$work/down" "$work/status"
  smbclient "//$server/$share" -p "$port" -U "$user%$password" --option="client min protocol=$dialect" \
    --option="client max protocol=$dialect" "$@" \
    >"$work/out" 2>&1 <<COMMANDS
put $work/up interop-$$
get interop-$$ $work/down
!${status:-true} >$work/status
rm interop-$$
COMMANDS
  local exit=$?
  if [ -n "$status" ]; then seen=$(grep -o 'SMB [0-9].*' "$work/status" | tail -n 1); fi
  if [ $exit = 0 ] && [ "$(sha256sum <"$work/down")" = "$want" ]; then
    echo "PASS $((SECONDS - from))s $dialect $title${seen:+: $seen}"
  else
    echo "FAIL $((SECONDS - from))s $dialect $title${seen:+: $seen}"
    sed 's/^/     | /' "$work/out"
    failures=$((failures + 1))
  fi
}

echo "# smbclient $(smbclient --version), file of $size MiB"
for dialect in SMB2_02 SMB2_10 SMB3_00 SMB3_02 SMB3_11; do
  combination unsigned $dialect --client-protection=off
  combination signed $dialect --client-protection=sign
  case $dialect in SMB3_0*) combination 'sealed' $dialect --client-protection=encrypt ;; esac
done
for algorithm in hmac-sha256 aes-128-cmac aes-128-gmac; do
  combination "signed $algorithm" SMB3_11 --client-protection=sign --option="client smb3 signing algorithms=$algorithm"
done
for cipher in aes-128-gcm aes-128-ccm aes-256-gcm aes-256-ccm; do
  combination "sealed $cipher" SMB3_11 --client-protection=encrypt --option="client smb3 encryption algorithms=$cipher"
done
rm -rf "$work"
echo "# $failures failures"
exit $failures
