import type { OpenStep } from '../case.ts';
import { Attribute, Part } from '../rights.ts';
import { bits32, chance, oneOf, type Random, weighted } from './choice.ts';
import { sentDescriptor } from './descriptors.ts';

const TARGETS = ['new', 'other', 'file', 'folder\\new', 'folder\\inner', 'empty\\new', 'empty', 'FILE'];
const STREAM_TARGETS = [':s', ':new', '::$DATA'];

/**
 * A request through an open that an earlier CREATE may have made. `opens` are the numbers of all
 * opens, and `on` is one of them.
 */
export function chooseRequest(next: Random, on: number, opens: readonly number[]): OpenStep {
  const choose = weighted<(next: Random, on: number, opens: readonly number[]) => OpenStep>(next, [
    [12, (r) => ({ do: 'write', on, offset: oneOf(r, [0, 3, 8, 100, -1]), data: 'written' })],
    [10, (r) => basic(r, on)],
    [12, (r) => ({ do: 'rename', on, to: oneOf(r, TARGETS), replace: chance(r, 50) })],
    [4, (r) => ({ do: 'rename', on, to: oneOf(r, STREAM_TARGETS), replace: chance(r, 50) })],
    [8, (r) => ({ do: 'link', on, to: oneOf(r, TARGETS), replace: chance(r, 50) })],
    [8, (r) => ({ do: 'disposition', on, deletes: chance(r, 85) })],
    [4, (r) => ({ do: 'disposition-ex', on, flags: r(0x20) | (chance(r, 70) ? 1 : 0) })],
    [6, (r) => ({ do: oneOf(r, ['end-of-file', 'allocation', 'valid-data'] as const), on, size: sizeOf(r) })],
    [6, (r) => ({ do: 'ea', on, eas: oneOf(r, [{ ea: '' }, { ea: 'another' }, { more: 'new' }]) })],
    [18, (r) => ({ do: 'security', on, parts: chooseParts(r), descriptor: sentDescriptor(r) })],
    [4, (r) => arbitrary(r, on)],
    [6, (r) => fsctl(r, on)],
    [2, (r) => ({ do: 'zero', on, from: r(4), to: 4 + r(20) })],
    [4, (r) => ({ do: 'copy', on, from: oneOf(r, opens), length: 1 + r(8) })],
    [8, () => ({ do: 'close', on })],
  ]);
  return choose(next, on, opens);
}

function sizeOf(next: Random): number {
  return oneOf(next, [0, 1, 5, 20, 5000]);
}

function basic(next: Random, on: number): OpenStep {
  const attributes = oneOf(next, [0, 0, Attribute.READONLY, Attribute.HIDDEN, Attribute.ARCHIVE, 0x80]);
  const time = (): number => oneOf(next, [0, 0, 1_000_000_000, 1_100_000_000, -1, -2]);
  return { do: 'basic', on, attributes, times: [time(), time(), time(), time()] };
}

/**
 * AdditionalInformation: single parts and several together, parts that nobody checks, none, and all
 * 32 bits.
 */
function chooseParts(next: Random): number {
  return weighted<() => number>(next, [
    [25, () => oneOf(next, [Part.OWNER, Part.GROUP, Part.DACL, Part.SACL])],
    [20, () => oneOf(next, [0, Part.LABEL, Part.ATTRIBUTE, Part.SCOPE, Part.BACKUP])],
    [10, () => oneOf(next, [Part.PROTECTED_DACL, Part.UNPROTECTED_DACL, 0x4000_0000, 0x1000_0000])],
    [20, () => Part.OWNER | Part.GROUP | Part.DACL],
    [10, () => Part.DACL | Part.PROTECTED_DACL],
    [15, () => bits32(next)],
  ])();
}

/** Any class of any type, with bytes that may mean something. */
function arbitrary(next: Random, on: number): OpenStep {
  const length = oneOf(next, [0, 1, 4, 8, 24, 40, 64]);
  const bytes = Array.from({ length }, () => oneOf(next, ['00', '01', '10', '61', 'ff'])).join('');
  const infoClass = 1 + next(80);
  return {
    do: 'set',
    on,
    infoType: 1 + next(4),
    infoClass: OWN_REQUESTS.has(infoClass) ? UNKNOWN_CLASS : infoClass,
    parts: chooseParts(next),
    bytes,
  };
}

/**
 * Rename, link, disposition and its extension: the model must understand their content, so they
 * have their own kinds of requests.
 */
const OWN_REQUESTS: ReadonlySet<number> = new Set([10, 11, 13, 64]);
const UNKNOWN_CLASS = 99;

/**
 * FSCTLs that change something on this server or on others: SET_SPARSE, SET_COMPRESSION, object
 * ids, reparse points, …
 */
const CODES: readonly (readonly [code: number, bytes: string])[] = [
  [0x9_00c4, ''],
  [0x9_00c4, '00'],
  [0x9_c040, '0000'],
  [0x9_c040, '0100'],
  [0x9_00c0, ''],
  [0x9_0098, '00'.repeat(64)],
  [0x9_00bc, '00'.repeat(48)],
  [0x9_00a0, ''],
  [0x9_00a4, '0c0000a0080000000000000000000000'],
  [0x9_00ac, '0c0000a000000000'],
  [0x9_c280, '0000000000000000'],
  [0x9_00d7, '00000000'],
  [0x9_8208, '0000000001000000'],
  [0x9_8344, '00'.repeat(40)],
];

function fsctl(next: Random, on: number): OpenStep {
  const [code, bytes] = oneOf(next, CODES);
  return { do: 'fsctl', on, code, bytes };
}
