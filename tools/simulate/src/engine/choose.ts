import { CreateDisposition, CreateOptions } from '@tsmbd/smb2-codec';
import { oneOf, type Random } from '../random.ts';
import { GATES } from './gated-vfs.ts';
import type { CreateStep, EngineStep } from './steps.ts';

const NAMES = ['f', 'f', 'f', 'f', 'f', 'g', 'd', 'd\\x'] as const;
const DISPOSITIONS = [3, 3, 3, 3, 3, 3, 3, 1, ...Object.values(CreateDisposition)] as const;
const ACCESSES = [0x001f_01ff, 0x001f_01ff, 0x0012_0089, 0x0013_0089, 0x80, 0x0002_0080] as const;
const SHARES = [7, 7, 7, 7, 7, 7, 3, 1, 0] as const;
const OPLOCKS = [0, 1, 8, 9, 9, 9, 9] as const;
const LEASES = [0, 1, 3, 3, 5, 7, 7, 7] as const;
const TIMES = [1, 1000, 34_999, 35_000, 36_000, 60_000] as const;
const OFFERS = ['right', 'right', 'right', 'none', 'more', 'again'] as const;
const WRONGS = ['lease', 'guid', 'name'] as const;

/** Steps of a schedule: `count` of them or a few more, the same for the same numbers, whatever comes of them. */
export function chooseScript(next: Random, count: number): EngineStep[] {
  const script: EngineStep[] = [
    { do: 'connect', who: 0 },
    { do: 'connect', who: 1 },
  ];
  while (script.length < count) {
    for (const step of next(12) === 0 ? comeBack(next) : [choose(next)]) {
      // Every sixth does not wait for what the one before it comes to.
      script.push('who' in step && next(6) === 0 ? { ...step, hurry: true } : step);
    }
  }
  return script;
}

/** A connection is lost, somebody does something, the client comes back for what it had. */
function comeBack(next: Random): EngineStep[] {
  const who = next(3);
  const held = next(4) === 0 ? [{ do: 'hold' as const, gate: oneOf(next, GATES) }] : [];
  const lost: EngineStep = next(4) === 0 ? { do: 'logoff', who } : { do: 'drop', who };
  const meanwhile = Array.from({ length: next(3) }, () => choose(next));
  return [
    lost,
    ...held,
    ...meanwhile,
    { do: 'connect', who },
    reconnectStep(next, who),
    ...(next(2) === 0 ? [reconnectStep(next, next(4))] : []),
  ];
}

function reconnectStep(next: Random, who: number): EngineStep {
  const wrong = next(5) === 0 ? { wrong: oneOf(next, WRONGS) } : {};
  const stale = next(5) === 0 ? { stale: true as const } : {};
  return { do: 'reconnect', who, open: next(4), ...wrong, ...stale };
}

function choose(next: Random): EngineStep {
  const who = next(8) < 3 ? 0 : next(4);
  const open = next(4);
  switch (next(40)) {
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
      return next(5) === 0 ? { do: 'restart' } : { do: 'logoff', who };
    case 7:
    case 8:
      return { do: 'drop', who };
    case 9:
    case 10:
    case 11:
      return { do: 'connect', who };
    case 12:
      return next(3) === 0 ? { do: 'leave-tree', who } : { do: 'close', who, open };
    case 13:
    case 14:
      return { do: 'close', who, open };
    case 15:
      return { do: oneOf(next, ['write', 'truncate'] as const), who, open };
    case 16:
      return { do: next(4) === 0 ? 'undelete' : 'delete', who, open };
    case 17:
      return { do: 'rename', who, open, to: oneOf(next, NAMES) };
    case 18:
    case 19:
      return lockStep(next, who, open);
    case 20:
      return { do: 'unlock', who, open, at: next(3), length: 1 + next(2) };
    case 21:
      return { do: 'notify', who, open, tree: next(2) === 0 };
    case 22:
      return { do: 'cancel', who, index: next(2) };
    case 23:
    case 24:
    case 25:
    case 26:
      return { do: 'acknowledge', who, index: next(2), how: oneOf(next, OFFERS) };
    case 27:
    case 28:
    case 29:
      return reconnectStep(next, who);
    default:
      return createStep(next, who);
  }
}

function lockStep(next: Random, who: number, open: number): EngineStep {
  const count = next(4) === 0 ? 2 : 1;
  const ranges = Array.from({ length: count }, () => ({
    at: next(3),
    length: 1 + next(2),
    exclusive: next(3) !== 0,
  }));
  return { do: 'lock', who, open, ranges, wait: count === 1 && next(2) === 0 };
}

function createStep(next: Random, who: number): CreateStep {
  const leased = next(2) === 0;
  const name = oneOf(next, NAMES);
  const options =
    (next(12) === 0 ? CreateOptions.DELETE_ON_CLOSE : 0) | (name === 'd' ? CreateOptions.DIRECTORY_FILE : 0);
  const durable = [undefined, 'v1', 'v2', 'v2', 'persistent'][next(5)] as CreateStep['durable'];
  return {
    do: 'create',
    who,
    name,
    disposition: oneOf(next, DISPOSITIONS),
    access: oneOf(next, ACCESSES),
    share: oneOf(next, SHARES),
    options,
    oplock: leased ? 0 : oneOf(next, OPLOCKS),
    ...(leased
      ? {
          lease: { key: 1 + next(2), state: oneOf(next, LEASES), version: next(2) === 0 ? (1 as const) : (2 as const) },
        }
      : {}),
    ...(durable === undefined ? {} : { durable }),
    guid: next(20),
    ...(next(10) === 0 ? { replay: true as const } : {}),
  };
}
