import { commandName, HeaderFlags, NtStatus, ntStatusName, smb1CommandName } from '@tsmbd/smb2-codec';
import type { Pdu } from '../track/pdu.ts';

/** Text from a capture as it may be shown: names are written by whoever was captured. */
export function printable(text: string): string {
  let shown = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    shown += isUnprintable(code) ? `\\u${hex(code, 4)}` : character;
  }
  return shown;
}

/**
 * What would change a terminal's state or a line's order: controls, line ends, bidirectional marks,
 * lone surrogates.
 */
function isUnprintable(code: number): boolean {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  if (code < 0x200b) return false;
  if (code <= 0x200f || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return true;
  return code === 0xfeff || (code >= 0xd800 && code < 0xe000);
}

/** The same in quotes. */
export function quoted(text: string): string {
  return `"${printable(text)}"`;
}

/** The command of a PDU by name, or what else it is. */
export function commandText({ kind, header, message, start }: Pdu): string {
  if (header === undefined) return kind === 'smb1' ? smb1Text(message[start + 4] ?? 0) : kind.toUpperCase();
  return commandName(header.command) ?? `COMMAND_${hex(header.command, 4)}`;
}

/** An SMB1 command: `SMB1_NEGOTIATE`, `SMB1_99`. */
function smb1Text(command: number): string {
  return `SMB1_${smb1CommandName(command) ?? hex(command, 2)}`;
}

/** The status of a response by name; undefined for a request. */
export function statusText({ header }: Pdu): string | undefined {
  if (header === undefined || (header.flags & HeaderFlags.SERVER_TO_REDIR) === 0) return undefined;
  return ntStatusName(header.status) ?? `0x${hex(header.status, 8)}`;
}

/**
 * Whether a response tells of a failure: the severity of its status is an error, [MS-ERREF] 2.3.
 */
export function isFailure({ header }: Pdu): boolean {
  if (header === undefined || (header.flags & HeaderFlags.SERVER_TO_REDIR) === 0) return false;
  return header.status >>> 30 === 3 && header.status !== NtStatus.STATUS_MORE_PROCESSING_REQUIRED;
}

export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Microseconds as people read them. */
export function durationText(us: number): string {
  if (Math.abs(us) < 1000) return `${us.toFixed(0)}us`;
  if (Math.abs(us) < 1e6) return `${(us / 1000).toFixed(2)}ms`;
  return `${(us / 1e6).toFixed(3)}s`;
}

/** Names of the bits of `flags` that are set, joined; the rest in hex. */
export function flagsText(flags: number, names: Readonly<Record<string, number>>): string {
  const found: string[] = [];
  let left = flags;
  for (const [name, bit] of Object.entries(names)) {
    if (bit === 0 || (flags & bit) >>> 0 !== bit >>> 0 || (left & bit) === 0) continue;
    found.push(name.toLowerCase());
    left = (left & ~bit) >>> 0;
  }
  if (left !== 0) found.push(`0x${left.toString(16)}`);
  return found.length === 0 ? '0' : found.join('|');
}

/** The name of a value, or the number. */
export function nameOf(value: number, names: Readonly<Record<string, number>>): string {
  for (const [name, known] of Object.entries(names)) if (known === value) return name.toLowerCase();
  return String(value);
}

/** 2026-11-21T06:42:00.123456Z. */
export function timeText(us: number): string {
  if (!Number.isFinite(us) || Math.abs(us) > 8.64e18) return '?';
  const iso = new Date(Math.floor(us / 1000)).toISOString();
  const micros = Math.floor(us) % 1000;
  return `${iso.slice(0, -1)}${String(micros < 0 ? micros + 1000 : micros).padStart(3, '0')}Z`;
}
