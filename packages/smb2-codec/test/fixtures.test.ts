import { isDeepStrictEqual } from 'node:util';
import { CodecError } from '@tsmbd/ms-dtyp';
import * as crypto from '@tsmbd/smb-crypto';
import { decodeElement, encodeMessage, splitCompound } from '@tsmbd/smb2-codec';
import { connectionsOfFixture, fixtures, isKind, messagesOf, plainMessages } from '@tsmbd/tool-fixtures';
import test from 'ava';

test('every PDU of the captures, sealed ones too, decodes and encodes to the same bytes [MS-SMB2 2.2]', (t) => {
  let elements = 0;
  let identical = 0;
  let padding = 0;
  const byCommand = new Map<string, number>();
  const canonical = new Map<string, number>();
  const malformed = new Map<string, number>();
  for (const fixture of fixtures()) {
    connectionsOfFixture(fixture).forEach((connection, i) => {
      for (const { bytes } of plainMessages(messagesOf(connection), fixture, i, crypto)) {
        if (!isKind(bytes, 'smb2')) continue;
        for (const { offset, end } of splitCompound(bytes)) {
          elements++;
          const original = bytes.subarray(offset, end);
          const element = decoded(original);
          if (typeof element === 'string') {
            count(malformed, `${element} (${fixture.file})`);
            continue;
          }
          const name = `${element.body.kind} ${element.body.command}`;
          count(byCommand, name);
          const again = Buffer.from(encodeMessage([element]));
          // NextCommand is set by encodeMessage for the whole message, here of one element.
          original.copy(again, 20, 20, 24);
          if (again.equals(original)) identical++;
          else if (sameButPadding(original, again)) padding++;
          else count(canonical, name);
          // Whatever the padding was, the values are the same.
          if (again.equals(original)) continue;
          const twice = decodeElement(again, 0, again.length);
          if (!isDeepStrictEqual(plain(twice), plain(element))) t.fail(`${fixture.file}: ${name}`);
        }
      }
    });
  }
  t.log(`${elements} elements: ${identical} to the byte, ${padding} but for zeros at the end`);
  t.log(
    'to the canonical form, because the sender left other bytes in padding or gaps:',
    Object.fromEntries(canonical),
  );
  t.log('not decoded, because a test sent them malformed:', Object.fromEntries(malformed));
  t.log([...byCommand.keys()].length, 'kinds of bodies');
  const others = [...canonical.values(), ...malformed.values()].reduce((sum, n) => sum + n, 0);
  t.true(elements > 5000 && others < elements / 20, `${others} of ${elements}`);
  t.true(byCommand.size >= 34, [...byCommand.keys()].join());
});

function decoded(element: Buffer): ReturnType<typeof decodeElement> | string {
  try {
    return decodeElement(element, 0, element.length);
  } catch (error) {
    if (error instanceof CodecError) return error.message;
    throw error;
  }
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/**
 * Equal where both have bytes, and what one has more than the other is zeros: padding that is sent
 * or not.
 */
function sameButPadding(a: Buffer, b: Buffer): boolean {
  const length = Math.min(a.length, b.length);
  const rest = a.length > length ? a.subarray(length) : b.subarray(length);
  return a.subarray(0, length).equals(b.subarray(0, length)) && rest.every((byte) => byte === 0);
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, plain(v)]));
}
