#!/usr/bin/env python3
"""Two mounts of one share, both caching: are the bytes read always those last written?

    coherence.py DIR_A DIR_B [OPERATIONS] [SEED]

One process works on both mounts in turn and keeps a model of every file: writes, appends, truncations, replacements
and reads through a random one of the two, with files closed after each operation or kept open for a while under a
byte-range lock, as programs do that share a file. Prints the first difference and exits with 1, or how much it did.
"""
import fcntl, os, random, sys, time

a, b = sys.argv[1:3]
operations = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
seed = int(sys.argv[4]) if len(sys.argv) > 4 else int(time.time())
settle = float(sys.argv[5]) if len(sys.argv) > 5 else 0.05
rng = random.Random(seed)
FILES = 8
BLOCK = 4096
LARGEST = 64 * BLOCK
model = {}
history = []
counts = {'write': 0, 'append': 0, 'truncate': 0, 'replace': 0, 'read': 0, 'locked': 0, 'bytes': 0}


def name(mount, n):
    return os.path.join(mount, f'shared-{n}')


def compare(what, mount, n, got, want):
    if got == want:
        return
    at = next((i for i, (x, y) in enumerate(zip(got, want)) if x != y), min(len(got), len(want)))
    print(*[h for h in history if h[2] == n][-8:], sep='\n')
    print(f'DIFFERENT seed {seed}: {what} of file {n} through {mount}: {len(got)} bytes for {len(want)}, from byte {at}')
    sys.exit(1)


def data():
    return rng.randbytes(rng.randrange(1, 3 * BLOCK))


def write_at(mount, n):
    at, bytes_ = rng.randrange(0, LARGEST), data()
    with open(name(mount, n), 'r+b') as f:
        f.seek(at)
        f.write(bytes_)
    old = model[n].ljust(at, b'\0')
    model[n] = old[:at] + bytes_ + old[at + len(bytes_):]


def append(mount, n):
    bytes_ = data()
    with open(name(mount, n), 'ab') as f:
        f.write(bytes_)
    model[n] += bytes_


def truncate(mount, n):
    size = rng.randrange(0, LARGEST)
    os.truncate(name(mount, n), size)
    model[n] = model[n][:size].ljust(size, b'\0')


def replace(mount, n):
    bytes_ = data()
    temporary = os.path.join(mount, f'new-{n}')
    with open(temporary, 'wb') as f:
        f.write(bytes_)
    os.replace(temporary, name(mount, n))
    model[n] = bytes_


def read(mount, n):
    with open(name(mount, n), 'rb') as f:
        got = f.read()
    counts['bytes'] += len(got)
    compare('read', mount, n, got, model[n])


def locked(mount, n):
    """Both have the file open; each changes it under a lock and reads what the other wrote."""
    with open(name(a, n), 'r+b', buffering=0) as fa, open(name(b, n), 'r+b', buffering=0) as fb:
        for f, where in [(fa, a), (fb, b)] * 2:
            bytes_ = data()
            fcntl.lockf(f, fcntl.LOCK_EX, LARGEST * 4, 0)
            f.seek(0)
            compare('locked read', where, n, f.read(), model[n])
            f.seek(0)
            f.write(bytes_)
            os.fsync(f.fileno())
            model[n] = bytes_ + model[n][len(bytes_):]
            fcntl.lockf(f, fcntl.LOCK_UN, LARGEST * 4, 0)


for n in range(FILES):
    with open(name(a, n), 'wb'):
        pass
    model[n] = b''
WORK = [('write', write_at)] * 4 + [('append', append)] * 2 + [('truncate', truncate), ('replace', replace)]
WORK += [('read', read)] * 8 + [('locked', locked)] * 2
for i in range(operations):
    what, work = rng.choice(WORK)
    where, n = rng.choice([a, b]), rng.randrange(FILES)
    history.append((i, what, n, where))
    work(where, n)
    if what != "read":
        time.sleep(settle)
    counts[what] += 1
for mount in (a, b):
    for n in range(FILES):
        read(mount, n)
print(f'SAME seed {seed}:', ', '.join(f'{count} {what}' for what, count in counts.items()))
