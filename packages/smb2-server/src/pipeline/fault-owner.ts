/** Folder that this package is in, beside the packages that it is made of. */
const BESIDE = new URL('../../../', import.meta.url).href;
const INSTALLED = '/node_modules/@tsmbd/';
/** The daemon, where the packages are run in their own tree. */
const DAEMON = new URL('../../../../apps/server/src/', import.meta.url).href;

/**
 * Whose code has thrown what nobody expects: ours, or that of the program that has given us a Vfs,
 * an AccountSource or a share's `access`. The innermost frame of the stack that is not Node's own
 * says it; without a stack it is not ours, for ours throws errors alone.
 */
export function isTheirFault(error: unknown): boolean {
  if (!(error instanceof Error) || error.stack === undefined) return true;
  const frame = /^\s+at (?:.*\()?((?!node:)(?:file:\/\/|\/)[^)\s]+?):\d+:\d+\)?$/m.exec(error.stack);
  return frame !== null && !isOurs(frame[1]!);
}

function isOurs(file: string): boolean {
  const url = file.startsWith('/') ? `file://${file}` : file;
  if (url.includes(INSTALLED) || url.startsWith(DAEMON)) return true;
  return url.startsWith(BESIDE) && /^[^/]+\/(?:src|dist)\//.test(url.slice(BESIDE.length));
}
