#!/usr/bin/env python3
"""Two mounts of one share, both caching: are the bytes read always those last written?

    coherence.py DIR_A DIR_B [OPERATIONS] [SEED] [SETTLE] [fixed]            two mounts of this machine
    coherence.py check [ADDRESS:]PORT [OPERATIONS] [SEED] [SETTLE] [fixed]   mounts of two machines, each with an agent that calls here
    coherence.py agent HOST:PORT DIR                                         works in DIR as it is told

One after the other writes, appends, truncates, replaces and reads files of the share through its mount, and a model of
every file says what must be read: files are closed after each operation, or both keep one open for a while under a
byte-range lock, as programs do that share a file. A read comes SETTLE seconds (0.05) after the last change. With `fixed`
no file's length changes. Prints the first difference with what happened to that file before and exits with 1, or how
much it did.
"""
import base64, fcntl, json, os, random, socket, sys, time

FILES = 8
BLOCK = 4096
LARGEST = 64 * BLOCK


class Mount:
    """One mount of the share. Every method can be called from another machine: numbers, names and bytes."""

    def __init__(self, directory):
        self.directory = directory
        self.kept = None

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, at, data):
        with open(self.path(name), 'r+b') as f:
            f.seek(at)
            f.write(data)

    def append(self, name, data):
        with open(self.path(name), 'ab') as f:
            f.write(data)

    def truncate(self, name, size):
        os.truncate(self.path(name), size)

    def replace(self, name, data):
        with open(self.path('new-' + name), 'wb') as f:
            f.write(data)
        os.replace(self.path('new-' + name), self.path(name))

    def read(self, name):
        with open(self.path(name), 'rb') as f:
            return f.read()

    def keep(self, name):
        self.kept = open(self.path(name), 'r+b', buffering=0)

    def locked(self, data):
        """Under a lock of the kept file: what is in it, then `data` at its start."""
        fcntl.lockf(self.kept, fcntl.LOCK_EX, LARGEST * 4, 0)
        self.kept.seek(0)
        got = self.kept.read()
        self.kept.seek(0)
        self.kept.write(data)
        os.fsync(self.kept.fileno())
        fcntl.lockf(self.kept, fcntl.LOCK_UN, LARGEST * 4, 0)
        return got

    def let_go(self):
        self.kept.close()


def packed(value):
    return {'bytes': base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def unpacked(value):
    return base64.b64decode(value['bytes']) if isinstance(value, dict) else value


class Remote:
    """The mount of an agent, with Mount's methods."""

    def __init__(self, connection):
        self.lines = connection.makefile('rw')
        self.directory = json.loads(self.lines.readline())

    def __getattr__(self, method):
        def call(*arguments):
            self.lines.write(json.dumps([method, *map(packed, arguments)]) + '\n')
            self.lines.flush()
            answer = json.loads(self.lines.readline())
            if 'error' in answer:
                sys.exit(f'{method} at {self.directory}: {answer["error"]}')
            return unpacked(answer['value'])

        return call


def agent(address, directory):
    host, port = address.rsplit(':', 1)
    lines = socket.create_connection((host, int(port))).makefile('rw')
    lines.write(json.dumps(f'{socket.gethostname()}:{directory}') + '\n')
    lines.flush()
    mount = Mount(directory)
    for line in lines:
        method, *arguments = json.loads(line)
        try:
            answer = {'value': packed(getattr(mount, method)(*map(unpacked, arguments)))}
        except OSError as error:
            answer = {'error': str(error)}
        lines.write(json.dumps(answer) + '\n')
        lines.flush()


def listen(where):
    address, _, port = where.rpartition(':')
    with socket.create_server((address or '127.0.0.1', int(port))) as server:
        return [Remote(server.accept()[0]) for _ in range(2)]


class Check:
    def __init__(self, mounts, operations, seed, settle, fixed):
        self.mounts, self.operations, self.seed, self.settle, self.fixed = mounts, operations, seed, settle, fixed
        self.rng = random.Random(seed)
        self.model = {}
        self.history = []
        self.counts = {'write': 0, 'append': 0, 'truncate': 0, 'replace': 0, 'read': 0, 'locked': 0, 'bytes': 0}

    def run(self):
        for n in range(FILES):
            self.model[f'shared-{n}'] = self.rng.randbytes(LARGEST if self.fixed else 0)
            self.mounts[0].replace(f'shared-{n}', self.model[f'shared-{n}'])
        work = ['write'] * 4 + ['read'] * 8 + ['locked'] * 2 + ['replace']
        if not self.fixed:
            work += ['append'] * 2 + ['truncate']
        for i in range(self.operations):
            what = self.rng.choice(work)
            which, name = self.rng.randrange(2), f'shared-{self.rng.randrange(FILES)}'
            done = getattr(self, what)(self.mounts[which], name)
            self.history.append((name, f'{i}: {what} {done or ""} through {"AB"[which]}'))
            if what != 'read':
                time.sleep(self.settle)
            self.counts[what] += 1
        for mount in self.mounts:
            for name in self.model:
                self.read(mount, name)
        print(f'SAME seed {self.seed}:', ', '.join(f'{count} {what}' for what, count in self.counts.items()))

    def data(self):
        return self.rng.randbytes(self.rng.randrange(1, 3 * BLOCK))

    def write(self, mount, name):
        data = self.data()
        at = self.rng.randrange(0, LARGEST - (len(data) if self.fixed else 0))
        mount.write(name, at, data)
        old = self.model[name].ljust(at, b'\0')
        self.model[name] = old[:at] + data + old[at + len(data):]
        return f'{len(data)} at {at} (now {len(self.model[name])})'

    def append(self, mount, name):
        data = self.data()
        mount.append(name, data)
        self.model[name] += data
        return f'{len(data)} (now {len(self.model[name])})'

    def truncate(self, mount, name):
        size = self.rng.randrange(0, LARGEST)
        mount.truncate(name, size)
        self.model[name] = self.model[name][:size].ljust(size, b'\0')
        return f'to {size}'

    def replace(self, mount, name):
        self.model[name] = self.rng.randbytes(LARGEST) if self.fixed else self.data()
        mount.replace(name, self.model[name])
        return f'by {len(self.model[name])}'

    def read(self, mount, name):
        got = mount.read(name)
        self.counts['bytes'] += len(got)
        self.compare('read', mount, name, got)

    def locked(self, _mount, name):
        """Both have the file open; each changes it under a lock and reads what the other wrote."""
        for mount in self.mounts:
            mount.keep(name)
        for mount in self.mounts * 2:
            data = self.data()
            self.compare('locked read', mount, name, mount.locked(data))
            self.model[name] = data + self.model[name][len(data):]
        for mount in self.mounts:
            mount.let_go()

    def compare(self, what, mount, name, got):
        want = self.model[name]
        if got == want:
            return
        at = next((i for i, (x, y) in enumerate(zip(got, want)) if x != y), min(len(got), len(want)))
        wrong = sum(x != y for x, y in zip(got, want))
        zeros = sum(x != y and x == 0 for x, y in zip(got, want))
        print(*[h for n, h in self.history if n == name][-8:], sep='\n')
        print(f'DIFFERENT seed {self.seed}: {what} of {name} through {"AB"[self.mounts.index(mount)]} ({mount.directory}) after {len(self.history)} '
              f'operations: {len(got)} bytes for {len(want)}, {wrong} wrong from byte {at}, {zeros} of them zero')
        sys.exit(1)


if sys.argv[1] == 'agent':
    agent(*sys.argv[2:])
else:
    fixed = sys.argv[-1] == 'fixed'
    rest = [r for r in sys.argv[3:] if r != 'fixed'] + [None] * 3
    mounts = listen(sys.argv[2]) if sys.argv[1] == 'check' else [Mount(d) for d in sys.argv[1:3]]
    operations, seed, settle = int(rest[0] or 2000), int(rest[1] or time.time()), float(rest[2] or 0.05)
    Check(mounts, operations, seed, settle, fixed).run()
