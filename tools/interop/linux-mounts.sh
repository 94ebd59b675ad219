#!/bin/bash
# linux-mount.sh at each dialect that Linux's client has, signed and sealed. Takes its options but --vers, --sign and
# --seal, and passes them on. Says after each whether the kernel complained. Exits with the number of failures.
set -u
here=$(cd "$(dirname "$0")" && pwd) failures=0
# Signed and sealed: the server would take less from a client that asks for less. There is no sealing before 3.0.
for mount in '2.1 --sign' '3.0 --sign' '3.0 --seal' '3.0.2 --sign' '3.0.2 --seal' '3.1.1 --sign' '3.1.1 --seal'; do
  dmesg --clear
  # shellcheck disable=SC2086
  "$here/linux-mount.sh" --vers $mount "$@" || failures=$((failures + $?))
  dmesg | grep -iE 'cifs|smb|bug|warn|oops' | head -n 8 | sed 's/^/KERNEL /'
done
echo "# $failures failures at all dialects"
exit "$failures"
