#!/bin/sh
# A client lists a folder again and again, and a program of the server's machine changes what is in it.
#
#   local-changes.sh MOUNT FOLDER
#
# MOUNT is the share as the client has it, FOLDER the same folder by another way than SMB (on the server itself, or a file
# system that shows it). Lists a new folder in MOUNT until it is cached, changes something in it through FOLDER, waits 0.3 s
# and lists it again: what is listed must be what is there. Prints one line a change, and exits with the number of failures.
set -u
mount=$1 folder=$2
name=local-changes-$$ failures=0
mkdir "$mount/$name" || exit 1
# Names, sizes of files, times. A folder's size is each file system's own.
listed() { find "$1" -mindepth 1 -maxdepth 1 \( -type d -printf '%f folder %Ts\n' -o -printf '%f %s %Ts\n' \) | sort; }
seen() { listed "$mount/$name"; }
there() { listed "$folder/$name"; }
# check WHAT COMMAND...: in the folder, by its other way
check() {
  what=$1
  shift
  # Listed twice, with a pause: a client caches what it has listed once it knows that it may.
  seen > /dev/null; ls "$mount/$name" > /dev/null; sleep 1.2; seen > /dev/null; ls "$mount/$name" > /dev/null; seen > /dev/null
  (cd "$folder/$name" && "$@")
  sleep 0.3
  if [ "$(ls "$mount/$name" | sort)" = "$(ls "$folder/$name" | sort)" ] && [ "$(seen)" = "$(there)" ]; then
    echo "PASS $what"
  else
    echo "FAIL $what: listed $(seen | tr '\n' ';'), there is $(there | tr '\n' ';')"
    failures=$((failures + 1))
  fi
}
check 'a file comes' sh -c 'echo one > a'
check 'another comes' touch b
check 'a file grows' sh -c 'echo more >> a'
check 'a file gets another time' touch -d '2001-02-03 04:05:06' b
check 'a file gets another name' mv a c
check 'a folder comes' mkdir d
check 'a file goes' rm b
rm -r "${mount:?}/$name"
exit $failures
