import type { RequestContext } from '../model/index.ts';

/** The folder that holds this package and the packages that it is built from. */
const BESIDE = new URL('../../../', import.meta.url).href;
const INSTALLED = '/node_modules/@tsmbd/';
/** The daemon's source, when the packages run in their own source tree. */
const DAEMON = new URL('../../../../apps/server/src/', import.meta.url).href;

const THEIR_FAULT = 'code of the embedding program (a Vfs, AccountSource or access) has thrown';

/**
 * Whether an unexpected error was thrown by the program that supplied a Vfs, an AccountSource or a
 * share's `access`, and not by tsmbd's own code. The innermost stack frame that is not Node's own
 * decides. A value without a stack did not come from tsmbd, which throws only errors.
 */
export function isTheirFault(error: unknown): boolean {
  if (!(error instanceof Error) || error.stack === undefined) return true;
  const frame = /^\s+at (?:.*\()?((?!node:)(?:file:\/\/|\/)[^)\s]+?):\d+:\d+\)?$/m.exec(error.stack);
  return frame !== null && !isOurs(frame[1]!);
}

/** Logs an error that is no refusal, as what it is: a fault of the embedding program, or a bug. */
export function logUnexpected({ server, header }: RequestContext, error: unknown): void {
  const { log } = server.env;
  const { command } = header;
  if (isTheirFault(error)) log('error', 'vfs', THEIR_FAULT, { command, error });
  else log('error', 'smb', 'bug: a handler failed', { command, error });
}

function isOurs(file: string): boolean {
  const url = file.startsWith('/') ? `file://${file}` : file;
  if (url.includes(INSTALLED) || url.startsWith(DAEMON)) return true;
  return url.startsWith(BESIDE) && /^[^/]+\/(?:src|dist)\//.test(url.slice(BESIDE.length));
}
