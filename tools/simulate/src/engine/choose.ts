import { oneOf, type Random } from '@tsmbd/tool-random';
import { LOG } from './appends.ts';
import { chooseCompound, chooseCreate, chooseRenewal, LINK_NAMES, NEW_NAMES } from './choose-create.ts';
import { FAULTS, GATES } from './gated-vfs.ts';
import type { ConnectStep, CreateStep, EngineStep, LockStep } from './steps.ts';

const TIMES = [1, 1000, 34_999, 35_000, 36_000, 60_000] as const;
const OFFERS = ['right', 'right', 'right', 'none', 'more', 'again'] as const;
const WRONGS = ['lease', 'guid', 'name'] as const;
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const DIALECTS = [0x0311, 0x0311, 0x0311, 0x0302, 0x0300, 0x0210, 0x0202] as const;
const PROTECTIONS = [undefined, undefined, undefined, 'sign', 'seal'] as const;

/** The dialect and protection of each machine's clients, for a whole schedule. */
type Manners = readonly Pick<ConnectStep, 'dialect' | 'protection'>[];

/**
 * The steps of a schedule: `count` of them or a few more. They are the same for the same random
 * numbers, whatever happens when they are played.
 */
export function chooseScript(next: Random, count: number): EngineStep[] {
  const manners: Manners = [0, 1, 2].map(() => {
    const protection = oneOf(next, PROTECTIONS);
    return { dialect: oneOf(next, DIALECTS), ...(protection === undefined ? {} : { protection }) };
  });
  const script: EngineStep[] = [connect(manners, 0), connect(manners, 1)];
  while (script.length < count) {
    for (const step of several(next, manners)) {
      // Every sixth step does not wait for the result of the step before it.
      script.push('who' in step && next(6) === 0 ? { ...step, hurry: true } : step);
    }
  }
  return script;
}

/** The fourth client is another user on the first client's machine. */
function connect(manners: Manners, who: number): ConnectStep {
  return { do: 'connect', who, ...manners[who % manners.length] };
}

function several(next: Random, manners: Manners): EngineStep[] {
  const what = next(18);
  if (what === 15) return deleteALink(next);
  if (what === 16) return append(next);
  if (what === 17) return oneOf(next, [failedStream, comeBackElsewhere, faults, faults])(next, manners);
  if (what === 0) return comeBack(next, manners);
  if (what === 14) return authenticate(next);
  return what === 1 ? contend(next) : [choose(next, manners)];
}

function authenticate(next: Random): EngineStep[] {
  if (next(4) > 0) return chooseRenewal(next, next(4));
  return [{ do: 'half-logon', open: next(4), ...(next(2) === 0 ? { finish: true as const } : {}) }];
}

/**
 * The next call of a kind fails, before or after it has done its work, with a refusal or with a
 * bug.
 */
function faults(next: Random): EngineStep[] {
  const plain = next(2) === 0 ? { plain: true as const } : {};
  const after = next(2) === 0 ? { after: true as const } : {};
  return [{ do: 'fail', call: oneOf(next, FAULTS), ...plain, ...after }];
}

/** A stream cannot be made, while somebody has already opened the file that was made for it. */
function failedStream(next: Random): EngineStep[] {
  const who = next(4);
  const other = (who + 1 + next(3)) % 4;
  const shared = { access: 0x001f_01ff, share: 7, options: 0, oplock: 0, guid: next(20) } as const;
  const name = oneOf(next, ['m', 'n'] as const);
  return [
    { do: 'hold', gate: 'setStream' },
    { do: 'create', who, name: `${name}:s`, disposition: 2, ...shared },
    { do: 'create', who: other, name, disposition: 1, ...shared },
    { do: 'fail', call: 'setStream' },
    { do: 'release', index: 0 },
  ];
}

/** Clients append to the log without waiting for each other, on a slow disk. */
function append(next: Random): EngineStep[] {
  const who = next(4);
  const other = (who + 1 + next(3)) % 4;
  const log = { name: LOG, disposition: 3, access: APPEND, share: 7, options: 0, oplock: 0, guid: 0 } as const;
  const held: EngineStep[] = next(2) === 0 ? [{ do: 'hold', gate: oneOf(next, ['stat', 'write'] as const) }] : [];
  return [
    { do: 'create', who, ...log },
    { do: 'create', who: other, ...log },
    ...held,
    { do: 'append', who, open: -1, count: 1 + next(3), hurry: true },
    { do: 'append', who: other, open: -1, count: 1 + next(3) },
    ...held.map(() => ({ do: 'release' as const, index: 0 })),
  ];
}

/** FILE_APPEND_DATA and FILE_READ_ATTRIBUTES. */
const APPEND = 0x84;

/**
 * A file has two names. Somebody has it open by one name, and another client deletes one of the
 * names.
 */
function deleteALink(next: Random): EngineStep[] {
  const who = next(4);
  const other = (who + 1 + next(3)) % 4;
  const shared = { disposition: 3, access: 0x001f_01ff, share: 7, options: 0, oplock: 0, guid: next(20) };
  const open = (by: number, name: string): EngineStep => ({ do: 'create', who: by, name, ...shared });
  const deletes = oneOf(next, ['delete', 'delete', 'posix-delete'] as const);
  return [
    open(who, 'f'),
    { do: 'link', who, open: -1, to: 'g' },
    open(other, oneOf(next, ['g', 'g', 'f'] as const)),
    ...(next(4) === 0 ? [{ do: 'rename' as const, who, open: -1, to: 'h' }] : []),
    { do: deletes, who: other, open: -1 },
    { do: 'close', who: other, open: -1 },
    ...(next(2) === 0 ? [{ do: 'close' as const, who, open: -1 }] : []),
  ];
}

/** One client caches a file, or is about to, while another client changes it. */
function contend(next: Random): EngineStep[] {
  const who = next(4);
  const other = (who + 1 + next(3)) % 4;
  const name = oneOf(next, ['f', 'f', 'g', 'f:s'] as const);
  const shared = { name, disposition: 3, access: 0x001f_01ff, share: 7, options: 0, app: undefined, replay: undefined };
  const caches = { ...chooseCreate(next, who), ...shared, ...(next(2) === 0 ? { lease: aLease(next) } : {}) };
  const changes = { ...chooseCreate(next, other), ...shared };
  const { lease: _, ...bare } = changes;
  const cachesIt: EngineStep[] = [plain(caches), { do: 'read', who, open: -1 }];
  const writesIt: EngineStep[] = [
    plain(next(2) === 0 ? changes : { ...bare, oplock: 0 }),
    { do: 'acknowledge', who, index: 0, how: 'right' },
    { do: 'write', who: other, open: -1, letter: oneOf(next, LETTERS), through: true },
  ];
  const held: EngineStep[] = next(2) === 0 ? [{ do: 'hold', gate: oneOf(next, CONTENT_GATES) }] : [];
  const change = changeStep(next, other, -1);
  const letGo: EngineStep[] = held.length > 0 ? [{ do: 'release', index: 0 }] : [];
  return next(2) === 0
    ? [...cachesIt, ...writesIt, { do: 'read', who, open: -1 }, ...held, change, ...letGo]
    : [...writesIt, ...held, change, ...cachesIt, ...letGo];
}

const CONTENT_GATES = ['write', 'truncate', 'zero', 'copyTo', 'stat'] as const;

function aLease(next: Random): NonNullable<CreateStep['lease']> {
  return { key: 3 + next(2), state: oneOf(next, [1, 3, 7] as const), version: next(2) === 0 ? 1 : 2 };
}

/** The step without its undefined properties, as it would be printed. */
function plain(step: CreateStep | { readonly [key in keyof CreateStep]?: CreateStep[key] | undefined }): CreateStep {
  return JSON.parse(JSON.stringify(step)) as CreateStep;
}

function changeStep(next: Random, who: number, open: number): EngineStep {
  switch (next(6)) {
    case 0:
      return { do: 'truncate', who, open, at: next(6) };
    case 1:
      return { do: 'zero', who, open, at: next(6) };
    case 2:
      return { do: 'copy', who, open, from: next(4) };
    case 3: {
      const overwrite = { disposition: oneOf(next, [0, 4, 5] as const), options: 0, oplock: 0, guid: next(20) };
      return { do: 'create', who, name: 'f', access: 0x001f_01ff, share: 7, ...overwrite };
    }
    default: {
      const through = next(3) === 0 ? { through: true as const } : {};
      return { do: 'write', who, open, at: next(3), letter: oneOf(next, LETTERS), ...through };
    }
  }
}

/** Alice uses her other machine to come back for what she had open. */
function comeBackElsewhere(next: Random, manners: Manners): EngineStep[] {
  const kept = { disposition: 3, access: 0x001f_01ff, share: 7, oplock: 9, durable: 'v2' as const, options: 0 };
  return [
    connect(manners, 0),
    { do: 'create', who: 0, name: oneOf(next, ['f', 'g', 'h'] as const), ...kept, guid: 20 + next(20) },
    { do: 'drop', who: 0 },
    connect(manners, 2),
    { do: 'reconnect', who: 2, open: 0 },
    { do: 'close', who: 2, open: -1 },
  ];
}

/**
 * A connection is lost, somebody does something, and the client comes back for what it had open.
 */
function comeBack(next: Random, manners: Manners): EngineStep[] {
  const who = next(3);
  const held = next(4) === 0 ? [{ do: 'hold' as const, gate: oneOf(next, GATES) }] : [];
  const lost: EngineStep = next(8) === 0 ? kill(next) : next(4) === 0 ? { do: 'logoff', who } : { do: 'drop', who };
  const meanwhile = Array.from({ length: next(3) }, () => choose(next, manners));
  return [
    lost,
    ...held,
    ...meanwhile,
    connect(manners, who),
    reconnectStep(next, who),
    ...(next(2) === 0 ? [{ do: 'lock-again' as const, who, open: next(2) }] : []),
    ...(next(2) === 0 ? [reconnectStep(next, next(4))] : []),
  ];
}

/** The server's process is killed. The next server may find a disk that fails. */
function kill(next: Random): EngineStep {
  const fails = next(3) === 0 ? { fails: oneOf(next, ['open', 'open', 'stat', 'listStreams'] as const) } : {};
  return { do: 'restart', kill: true, ...fails };
}

function reconnectStep(next: Random, who: number): EngineStep {
  const wrong = next(5) === 0 ? { wrong: oneOf(next, WRONGS) } : {};
  const stale = next(5) === 0 ? { stale: true as const } : {};
  return { do: 'reconnect', who, open: next(4), ...wrong, ...stale };
}

function choose(next: Random, manners: Manners): EngineStep {
  const who = next(8) < 3 ? 0 : next(4);
  const open = next(4);
  const what = next(56);
  if (what < 12) return chooseWorld(next, manners, what, who);
  if (what < 36) return chooseUse(next, what, who, open);
  return next(10) === 0 ? chooseCompound(next, who) : chooseCreate(next, who);
}

/** What happens to the server, the disk and the network. */
function chooseWorld(next: Random, manners: Manners, what: number, who: number): EngineStep {
  switch (what) {
    case 0:
      return { do: 'advance', ms: oneOf(next, TIMES) };
    case 1:
    case 2:
      return { do: 'hold', gate: oneOf(next, GATES) };
    case 3:
    case 4:
    case 5:
      return { do: 'release', index: next(3) };
    case 6:
      if (next(4) !== 0) return { do: 'logoff', who };
      return next(2) === 0 ? { do: 'restart' } : kill(next);
    case 7:
    case 8:
      return { do: 'drop', who };
    default:
      return connect(manners, who);
  }
}

/** What a client does with what it has open. */
function chooseUse(next: Random, what: number, who: number, open: number): EngineStep {
  switch (what) {
    case 12:
      return next(3) === 0 ? { do: 'leave-tree', who } : { do: 'close', who, open };
    case 13:
    case 14:
      return { do: 'close', who, open };
    case 15:
    case 16:
    case 17:
    case 18:
      return changeStep(next, who, open);
    case 19:
      return { do: oneOf(next, ['undelete', 'delete', 'delete', 'posix-delete'] as const), who, open };
    case 20:
      if (next(2) === 0) return { do: 'link', who, open, to: oneOf(next, LINK_NAMES) };
      return { do: 'rename', who, open, to: oneOf(next, NEW_NAMES) };
    case 21:
      return lockStep(next, who, open);
    case 22:
      return next(2) === 0
        ? { do: 'lock-again', who, open }
        : { do: 'unlock', who, open, at: next(3), length: 1 + next(2) };
    case 23:
      return { do: 'notify', who, open, tree: next(2) === 0 };
    case 24:
      return { do: 'cancel', who, index: next(2) };
    case 25:
    case 26:
    case 27:
    case 28:
      return { do: 'acknowledge', who, index: next(2), how: oneOf(next, OFFERS) };
    case 29:
      return { do: 'resilient', who, open };
    case 30:
      return { do: next(4) === 0 ? 'flush' : 'list', who, open };
    case 31:
    case 32:
    case 33:
      return { do: 'read', who, open };
    default:
      return reconnectStep(next, who);
  }
}

function lockStep(next: Random, who: number, open: number): LockStep {
  const count = next(4) === 0 ? 2 : 1;
  const ranges = Array.from({ length: count }, () => ({
    at: next(3),
    length: 1 + next(2),
    exclusive: next(3) !== 0,
  }));
  const sequence = next(2) === 0 ? { sequence: { index: 1 + next(2), number: next(3) } } : {};
  return { do: 'lock', who, open, ranges, wait: count === 1 && next(2) === 0, ...sequence };
}
