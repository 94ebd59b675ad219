import type { Listener, ListenOptions } from '@tsmbd/transport-tcp';
import test from 'ava';
import { listenAll, needsRestart } from '../src/listeners.ts';

const SETTINGS = {
  ports: [445, 139],
  interfaces: [],
  bindInterfacesOnly: false,
  maxServerConnections: 0,
  maxConnectionsPerAddress: 128,
  workers: 'auto' as const,
};

/** Listens on nothing, where `refuse` does not throw. */
function pretend(refuse: (options: ListenOptions) => void = () => undefined) {
  const opened: string[] = [];
  const said: string[] = [];
  const open = async (options: ListenOptions): Promise<Listener> => {
    refuse(options);
    const name = `${options.host} ${options.port}`;
    opened.push(name);
    return {
      address: options.host,
      port: options.port,
      close: async () => void opened.splice(opened.indexOf(name), 1),
    };
  };
  const calls = { onConnection: () => undefined, warn: (line: string) => void said.push(line) };
  return { opened, said, listen: (settings = SETTINGS) => listenAll(settings, calls, open) };
}

const failing = (code: string): Error => Object.assign(new Error(`listen ${code}`), { code });

test('the server listens on each port of each address', async (t) => {
  const p = pretend();
  await p.listen();
  t.deepEqual(p.opened, [':: 445', ':: 139']);
  const q = pretend();
  await q.listen({ ...SETTINGS, interfaces: ['127.0.0.1', '::1'] as never[], bindInterfacesOnly: true });
  t.deepEqual(q.opened, ['127.0.0.1 445', '127.0.0.1 139', '::1 445', '::1 139']);
});

test('a kernel without IPv6 does not keep the server from starting: it listens on IPv4', async (t) => {
  const p = pretend(({ host }) => {
    if (host === '::') throw failing('EAFNOSUPPORT');
  });
  await p.listen();
  t.deepEqual(p.opened, ['0.0.0.0 445', '0.0.0.0 139']);
  t.regex(p.said[0]!, /no IPv6/);
});

test('one port that cannot be had closes the others, and the error is a sentence', async (t) => {
  for (const [code, message] of [
    ['EADDRINUSE', 'port 139 is taken; --port chooses another'],
    ['EACCES', 'port 139 needs root; --port chooses another'],
    ['EADDRNOTAVAIL', ':: is no address or interface of this machine'],
    ['ENOTFOUND', ':: is no address or interface of this machine'],
    ['EINVAL', 'cannot listen on ::, port 139: listen EINVAL'],
  ] as const) {
    const p = pretend(({ port }) => {
      if (port === 139) throw failing(code);
    });
    await t.throwsAsync(p.listen(), { message });
    t.deepEqual(p.opened, []);
  }
});

test('what a reload cannot change is named', (t) => {
  t.deepEqual(needsRestart(SETTINGS, SETTINGS), []);
  t.deepEqual(needsRestart(SETTINGS, { ...SETTINGS, ports: [445], bindInterfacesOnly: true }), [
    'smb ports',
    'bind interfaces only',
  ]);
});
