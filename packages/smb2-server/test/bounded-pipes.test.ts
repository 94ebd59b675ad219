import type { RpcPipe } from '@tsmbd/dcerpc';
import { NtStatus } from '@tsmbd/smb2-codec';
import test from 'ava';
import { MAX_PIPES_PER_SESSION } from '../src/create/open-pipe.ts';
import { startServer } from './harness.ts';
import { close, create, mount, read, statusOf, write } from './requests.ts';

function started(broken = false) {
  const owners = new Set<object | undefined>();
  const pipe: RpcPipe = {
    write: () => {},
    read: () => undefined,
    available: 0,
    messageRemaining: 0,
    broken,
    close: () => {},
  };
  const rpc = {
    openPipe: (_name: string, _caller: unknown, owner?: object) => {
      owners.add(owner);
      return pipe;
    },
  };
  return { h: startServer({ maxOpensPerSession: 1000 }, { type: 'pipe' }, { rpc }), owners };
}

test('a session has 128 pipes at most: STATUS_INSTANCE_NOT_AVAILABLE, for it alone', async (t) => {
  const { h, owners } = started();
  const m = await mount(await h.logOn());
  const made = await create(m, 'srvsvc');
  for (let i = 1; i < MAX_PIPES_PER_SESSION; i++) await create(m, 'srvsvc');
  t.is(await statusOf(create(m, 'srvsvc')), NtStatus.STATUS_INSTANCE_NOT_AVAILABLE);
  const other = await mount(await h.logOn());
  await create(other, 'srvsvc');
  t.is(owners.size, 2, 'each session holds bytes of its own');
  t.false(owners.has(undefined));
  await close(m, made.fileId);
  await create(m, 'srvsvc');
  t.deepEqual(h.errors, []);
});

test('a pipe that takes nothing more says so, and does not call a WRITE a success [MS-SMB2 3.3.5.13]', async (t) => {
  const { h } = started(true);
  const m = await mount(await h.logOn());
  const { fileId } = await create(m, 'srvsvc');
  t.is(await statusOf(write(m, fileId, 'abc')), NtStatus.STATUS_PIPE_DISCONNECTED);
  t.is(await statusOf(read(m, fileId)), NtStatus.STATUS_PIPE_DISCONNECTED);
});
