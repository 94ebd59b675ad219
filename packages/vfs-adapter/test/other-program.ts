/**
 * Another program of the machine, for tests: `other-program FILE START LENGTH` asks for an
 * exclusive record lock as fcntl(2) has it since System V, says `locked` or `refused`, and keeps it
 * until its input ends.
 */
import { openSync } from 'node:fs';
import { createRequire } from 'node:module';

const [file = '', start = '0', length = '0'] = process.argv.slice(2);
const koffi = createRequire(import.meta.url)('koffi');
const fcntl = koffi.load(null).func('fcntl', 'int', ['int', 'int', 'void *']);
// struct flock: l_type F_WRLCK, l_whence SEEK_SET, l_start, l_len. F_SETLK is 6.
const flock = Buffer.alloc(32);
flock.writeInt16LE(1, 0);
flock.writeBigInt64LE(BigInt(start), 8);
flock.writeBigInt64LE(BigInt(length), 16);
console.log(fcntl(openSync(file, 'r+'), 6, flock) === 0 ? 'locked' : 'refused');
process.stdin.resume();
