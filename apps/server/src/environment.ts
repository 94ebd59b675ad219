import { randomBytes } from 'node:crypto';
import { createLsarpc, createRpcServer, createSrvsvc, createWkssvc } from '@tsmbd/dcerpc';
import type { AccountSource, ServerEnvironment, SmbServer } from '@tsmbd/smb2-server';
import { type AccountDirectory, rpcBackEnd } from './rpc-back-end.ts';
import { wallClock } from './wall-clock.ts';

/** The real world, as the engine needs it: clocks, random bytes, timers, pipes, accounts, a log. */
export function environmentOf(
  engine: () => SmbServer,
  accounts: AccountSource & AccountDirectory,
  log: ServerEnvironment['log'],
  comment: () => string,
): ServerEnvironment {
  const backEnd = rpcBackEnd(engine, accounts, comment);
  return {
    accounts,
    rpc: createRpcServer({ interfaces: [createSrvsvc(backEnd), createWkssvc(backEnd), createLsarpc(backEnd)] }),
    now: () => performance.now(),
    wallTime: wallClock(),
    random: (length) => randomBytes(length),
    timer(ms, call) {
      if (ms === 0) {
        const immediate = setImmediate(call);
        return () => clearImmediate(immediate);
      }
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    nextTick: (call) => process.nextTick(call),
    log,
  };
}
