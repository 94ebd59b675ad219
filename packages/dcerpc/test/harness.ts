import {
  type AccountInfo,
  createLsarpc,
  createRpcClient,
  createRpcServer,
  createSrvsvc,
  createWkssvc,
  type ManagementBackend,
  type RpcCaller,
  type RpcOperation,
  type RpcPipe,
  type RpcServer,
  type RpcServerLimits,
  ShareType,
  SidType,
  type SyntaxId,
} from '../src/index.ts';

export const MACHINE = 'S-1-5-21-10-20-30';

export const ALICE: AccountInfo = { sid: `${MACHINE}-1001`, name: 'alice', domain: 'BOX', type: SidType.USER };
const ADMINS: AccountInfo = { sid: 'S-1-5-32-544', name: 'Administrators', domain: 'BUILTIN', type: SidType.ALIAS };
const EVERYONE: AccountInfo = { sid: 'S-1-1-0', name: 'Everyone', domain: '', type: SidType.WELL_KNOWN_GROUP };
const BOX: AccountInfo = { sid: MACHINE, name: 'BOX', domain: 'BOX', type: SidType.DOMAIN };
const ACCOUNTS = [ALICE, ADMINS, EVERYONE, BOX];

export const backend: ManagementBackend = {
  server: () => ({
    name: 'BOX',
    domain: 'WORKGROUP',
    machineSid: MACHINE,
    comment: 'a box',
    versionMajor: 10,
    versionMinor: 0,
  }),
  clock: () => ({ unixMs: Date.UTC(2026, 0, 2, 3, 4, 5, 670), uptimeMs: 123_456, timezoneMinutes: -60 }),
  shares: () => [
    {
      name: 'data',
      type: ShareType.DISKTREE,
      comment: 'Daten',
      path: 'C:\\data',
      currentUses: 2,
      flags: 0x30,
      maxUses: 10,
      securityDescriptor: new Uint8Array([1, 2, 3, 4, 5]),
    },
    { name: 'öffentlich', type: ShareType.DISKTREE, comment: '', path: 'C:\\pub', currentUses: 0, flags: 0 },
    { name: 'secret', type: ShareType.DISKTREE, comment: '', path: 'C:\\s', currentUses: 0, flags: 0, hidden: true },
    { name: 'IPC$', type: ShareType.IPC | ShareType.SPECIAL, comment: 'IPC', path: '', currentUses: 1, flags: 0 },
  ],
  sessions: () => [
    { clientName: '10.0.0.1', userName: 'alice', openCount: 3, activeSeconds: 60, idleSeconds: 5, guest: false },
    { clientName: '10.0.0.2', userName: 'guest', openCount: 0, activeSeconds: 6, idleSeconds: 6, guest: true },
  ],
  connections: () => [
    {
      id: 1,
      shareName: 'data',
      shareType: 0,
      clientName: '10.0.0.1',
      userName: 'alice',
      openCount: 3,
      userCount: 1,
      activeSeconds: 60,
    },
  ],
  sessionCount: () => 2,
  fileCount: () => 1,
  files: (from) => [{ id: 7, permissions: 1, lockCount: 0, path: 'C:\\data\\x', userName: 'alice' }].slice(from),
  lookupSid: (sid) => ACCOUNTS.find((a) => a.sid === sid),
  lookupName: (name) => {
    const wanted = name.toLowerCase();
    return ACCOUNTS.find((a) => [a.name, `${a.domain}\\${a.name}`].some((n) => n.toLowerCase() === wanted));
  },
};

export const admin: RpcCaller = {
  userName: 'alice',
  domainName: 'BOX',
  sid: ALICE.sid,
  anonymous: false,
  administrator: true,
};
export const user: RpcCaller = { ...admin, administrator: false };

export function createServer(limits: RpcServerLimits = {}, more: Partial<ManagementBackend> = {}): RpcServer {
  return createRpcServer({
    interfaces: [createSrvsvc({ ...backend, ...more }), createWkssvc(backend), createLsarpc(backend)],
    ...limits,
  });
}

/** All messages that wait in a pipe. */
export function drain(pipe: RpcPipe): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let next = pipe.read(65_536); next !== undefined; next = pipe.read(65_536)) messages.push(next);
  return messages;
}

/** A client bound to an interface on a pipe, and what it does for a call. */
export function bound(
  syntax: SyntaxId,
  pipeName: string,
  options: {
    caller?: RpcCaller;
    maxFragment?: number;
    limits?: RpcServerLimits;
    more?: Partial<ManagementBackend>;
  } = {},
): { pipe: RpcPipe; call: <Req, Res>(operation: RpcOperation<Req, Res>, request: Req) => Res } {
  const pipe = createServer(options.limits, options.more).openPipe(pipeName, options.caller ?? admin)!;
  const client = createRpcClient(syntax, options.maxFragment);
  pipe.write(client.bind());
  for (const message of drain(pipe)) client.receive(message);
  return {
    pipe,
    call: (operation, request) => {
      for (const pdu of client.request(operation, request)) pipe.write(pdu);
      const whole = drain(pipe).map((message) => client.receive(message));
      if (whole.at(-1) !== true) throw new Error('answer is not whole');
      return client.response(operation as RpcOperation<never, ReturnType<typeof operation.response.read>>);
    },
  };
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
