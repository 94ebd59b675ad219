import test from 'ava';
import {
  type EnumResponse,
  netrConnectionEnum,
  netrFileEnum,
  netrRemoteTod,
  netrServerGetInfo,
  netrSessionEnum,
  netrShareEnum,
  netrShareEnumSticky,
  netrShareGetInfo,
  netrWkstaGetInfo,
  type ShareFields,
  SRVSVC,
  WinError,
  WKSSVC,
} from '../src/index.ts';
import { MAX_FILES } from '../src/srvsvc/interface.ts';
import { bound, user } from './harness.ts';

const all = (level: number, filters: (string | undefined)[] = []) => ({
  serverName: '\\\\BOX',
  filters,
  info: { level, entries: [] },
  preferedMaximumLength: 0xffffffff,
  resumeHandle: 0,
});

test('NetrShareEnum lists shares at every level [MS-SRVS 3.1.4.8]', (t) => {
  const { call } = bound(SRVSVC, 'srvsvc');
  const level1 = call(netrShareEnum, all(1));
  t.is(level1.status, 0);
  t.is(level1.totalEntries, 3);
  t.is(level1.resumeHandle, 0);
  t.deepEqual(level1.info.entries, [
    { netname: 'data', type: 0, remark: 'Daten' },
    { netname: 'öffentlich', type: 0, remark: '' },
    { netname: 'IPC$', type: 0x80000003, remark: 'IPC' },
  ]);
  t.deepEqual(
    call(netrShareEnum, all(0)).info.entries?.map((s) => s.netname),
    ['data', 'öffentlich', 'IPC$'],
  );
  t.deepEqual(call(netrShareEnum, all(501)).info.entries?.[0], {
    netname: 'data',
    type: 0,
    remark: 'Daten',
    flags: 0x30,
  });
  const whole = {
    netname: 'data',
    type: 0,
    remark: 'Daten',
    permissions: 0,
    maxUses: 10,
    currentUses: 2,
    path: 'C:\\data',
  };
  t.deepEqual(call(netrShareEnum, all(2)).info.entries?.[0], whole);
  t.deepEqual(call(netrShareEnum, all(502)).info.entries?.[0], {
    ...whole,
    securityDescriptor: new Uint8Array([1, 2, 3, 4, 5]),
  });
  t.is(call(netrShareEnum, all(502)).info.entries?.[1]?.maxUses, 0xffffffff);
});

test('NetrShareEnumSticky leaves special shares out [MS-SRVS 3.1.4.9]', (t) => {
  const { call } = bound(SRVSVC, 'srvsvc');
  t.deepEqual(
    call(netrShareEnumSticky, all(0)).info.entries?.map((s) => s.netname),
    ['data', 'öffentlich'],
  );
});

test('a level that does not exist is ERROR_INVALID_LEVEL, with an empty answer [MS-SRVS 3.1.4.8]', (t) => {
  const { call } = bound(SRVSVC, 'srvsvc');
  for (const level of [3, 1005, 0xffffffff]) {
    const answer = call(netrShareEnum, { ...all(level), info: { level, entries: undefined } });
    t.like(answer, { status: WinError.ERROR_INVALID_LEVEL, totalEntries: 0, info: { level, entries: undefined } });
  }
  t.is(
    call(netrShareGetInfo, { serverName: undefined, netName: 'data', level: 99 }).status,
    WinError.ERROR_INVALID_LEVEL,
  );
  t.is(call(netrServerGetInfo, { serverName: undefined, level: 99 }).status, WinError.ERROR_INVALID_LEVEL);
});

test('paths and descriptors are for administrators [MS-SRVS 3.1.4.8]', (t) => {
  const { call } = bound(SRVSVC, 'srvsvc', { caller: user });
  for (const level of [2, 502]) {
    t.is(call(netrShareEnum, all(level)).status, WinError.ERROR_ACCESS_DENIED);
    t.is(
      call(netrShareGetInfo, { serverName: undefined, netName: 'data', level }).status,
      WinError.ERROR_ACCESS_DENIED,
    );
  }
  t.is(call(netrShareEnum, all(1)).status, 0);
  t.is(call(netrSessionEnum, all(10)).status, WinError.ERROR_ACCESS_DENIED);
});

test('a list that has no room is cut and goes on at the resume handle [MS-SRVS 3.1.4.8]', (t) => {
  const { call } = bound(SRVSVC, 'srvsvc');
  const names: (string | undefined)[] = [];
  let resumeHandle: number | undefined = 0;
  let calls = 0;
  do {
    const answer: EnumResponse<ShareFields> = call(netrShareEnum, {
      ...all(0),
      preferedMaximumLength: 20,
      resumeHandle,
    });
    names.push(...answer.info.entries!.map((s) => s.netname));
    resumeHandle = answer.resumeHandle;
    calls++;
    t.is(answer.status, resumeHandle === 0 ? 0 : WinError.ERROR_MORE_DATA);
  } while (resumeHandle !== 0);
  t.deepEqual(names, ['data', 'öffentlich', 'IPC$']);
  t.true(calls > 1);
  t.deepEqual(call(netrShareEnum, { ...all(0), resumeHandle: 99 }).info.entries, []);
});

test('NetrShareGetInfo finds shares in any case, hidden ones too [MS-SRVS 3.1.4.10]', (t) => {
  const { call } = bound(SRVSVC, 'srvsvc');
  const get = (netName: string, level: number) => call(netrShareGetInfo, { serverName: '\\\\BOX', netName, level });
  t.deepEqual(get('DATA', 1).info.entry, { netname: 'data', type: 0, remark: 'Daten' });
  t.deepEqual(get('data', 1005).info.entry, { flags: 0x30 });
  t.is(get('data', 502).info.entry?.path, 'C:\\data');
  t.is(get('secret', 0).info.entry?.netname, 'secret');
  t.like(get('nothing', 1), { status: WinError.NERR_NetNameNotFound, info: { level: 1, entry: undefined } });
});

test('NetrServerGetInfo describes the server [MS-SRVS 3.1.4.17]', (t) => {
  const { call } = bound(SRVSVC, 'srvsvc');
  const get = (level: number) => call(netrServerGetInfo, { serverName: undefined, level });
  t.deepEqual(get(100).info.entry, { platformId: 500, name: 'BOX' });
  t.like(get(101).info.entry, { name: 'BOX', versionMajor: 10, versionMinor: 0, comment: 'a box' });
  t.like(get(102).info.entry, { users: 0xffffffff, userpath: 'C:\\' });
});

test('NetrRemoteTOD tells the time [MS-SRVS 3.1.4.21]', (t) => {
  const { call } = bound(SRVSVC, 'srvsvc');
  t.like(call(netrRemoteTod, { serverName: undefined }), {
    status: 0,
    time: {
      year: 2026,
      month: 1,
      day: 2,
      weekday: 5,
      hours: 3,
      mins: 4,
      secs: 5,
      hunds: 67,
      timezone: -60,
      msecs: 123_456,
    },
  });
});

test('sessions, connections and files are listed and filtered [MS-SRVS 3.1.4.1, 3.1.4.2, 3.1.4.5]', (t) => {
  const { call } = bound(SRVSVC, 'srvsvc');
  t.is(call(netrSessionEnum, all(1)).info.entries?.length, 2);
  t.deepEqual(call(netrSessionEnum, all(10, ['\\\\10.0.0.1', undefined])).info.entries, [
    { cname: '10.0.0.1', username: 'alice', time: 60, idleTime: 5 },
  ]);
  t.deepEqual(call(netrSessionEnum, all(0, [undefined, 'GUEST'])).info.entries, [{ cname: '10.0.0.2' }]);
  t.like(call(netrSessionEnum, all(502)).info.entries?.[1], { userFlags: 1, transport: '' });
  t.is(call(netrSessionEnum, all(2)).info.entries?.[0]?.clientType, '');
  t.is(call(netrConnectionEnum, all(1, ['data'])).info.entries?.[0]?.netname, '10.0.0.1');
  t.is(call(netrConnectionEnum, all(1, ['\\\\10.0.0.1'])).info.entries?.[0]?.netname, 'data');
  t.deepEqual(call(netrConnectionEnum, all(0, ['other'])).info.entries, []);
  t.deepEqual(call(netrFileEnum, all(3)).info.entries, [
    { id: 7, permissions: 1, numLocks: 0, pathname: 'C:\\data\\x', username: 'alice' },
  ]);
  t.deepEqual(call(netrFileEnum, all(2, ['C:\\other', undefined])).info.entries, []);
});

test('NetrFileEnum does not go through all files of a server at once [MS-SRVS 3.1.4.4]', (t) => {
  let made = 0;
  const count = 3 * MAX_FILES + 1;
  const files = function* (from: number) {
    for (let id = from; id < count; id++) {
      made += 1;
      yield { id, permissions: 1, lockCount: 0, path: `C:\\data\\${id}`, userName: id % 2 === 0 ? 'alice' : 'bob' };
    }
  };
  const { call } = bound(SRVSVC, 'srvsvc', { more: { files, fileCount: () => count } });
  const first = call(netrFileEnum, all(3, [undefined, 'alice']));
  t.is(made, MAX_FILES + 1);
  t.is(first.status, WinError.ERROR_MORE_DATA);
  t.is(first.info.entries?.length, MAX_FILES / 2);
  const ids = new Set<number>();
  let resumeHandle: number | undefined = 0;
  let calls = 0;
  do {
    const part: EnumResponse<{ id: number }> = call(netrFileEnum, { ...all(3, [undefined, 'alice']), resumeHandle });
    for (const { id } of part.info.entries ?? []) ids.add(id!);
    resumeHandle = part.resumeHandle;
    calls += 1;
  } while (resumeHandle !== 0);
  t.is(ids.size, Math.ceil(count / 2));
  t.is(calls, 4);
});

test('NetrWkstaGetInfo describes the computer [MS-WKST 3.2.4.1]', (t) => {
  const { call } = bound(WKSSVC, 'wkssvc', { caller: user });
  const get = (level: number) => call(netrWkstaGetInfo, { serverName: '\\\\BOX', level });
  const base = { platformId: 500, computername: 'BOX', langroup: 'WORKGROUP', verMajor: 10, verMinor: 0 };
  t.deepEqual(get(100).info.entry, base);
  t.deepEqual(get(101).info.entry, { ...base, lanroot: '' });
  t.is(get(102).status, WinError.ERROR_ACCESS_DENIED);
  t.is(get(99).status, WinError.ERROR_INVALID_LEVEL);
  const asAdmin = bound(WKSSVC, 'wkssvc');
  t.is(asAdmin.call(netrWkstaGetInfo, { serverName: undefined, level: 102 }).info.entry?.loggedOnUsers, 2);
});
