import type { RecordedField } from '@tsmbd/ms-dtyp';
import { Command } from '@tsmbd/smb2-codec';
import { Analyzer } from '../analyzer.ts';
import { analyzeFile } from '../open-capture.ts';
import { dissectPdu } from '../output/body.ts';
import { hexOf, type KeyRing } from '../track/key-ring.ts';
import type { SessionState } from '../track/model.ts';
import type { Pdu } from '../track/pdu.ts';
import { CANCELLED, type Case, EXPLANATIONS, type Explanation } from './explained.ts';
import { NAMES, WHOLES } from './names.ts';
import { type TsharkField, type TsharkKeys, type TsharkPdu, tsharkPdus } from './tshark.ts';
import { agrees } from './values.ts';

/** A capture to compare, and what opens it. */
export interface Subject {
  readonly file: string;
  readonly keys: KeyRing;
}

/** What a comparison came to; add several up with `Comparison.add`. */
export class Comparison {
  pdus = 0;
  /** Fields that tshark showed, and those of them that we show too, with the same value. */
  fields = 0;
  agreed = 0;
  /** Structures as a whole, whose fields are counted by themselves. */
  wholes = 0;
  readonly explained = new Map<Explanation, number>();
  /** By tshark's name of the field: how often, and an example. */
  readonly unexplained = new Map<string, { count: number; readonly example: string }>();
  /** Names of tshark that occurred. */
  readonly names = new Set<string>();

  complain(name: string, example: string): void {
    const known = this.unexplained.get(name);
    if (known === undefined) this.unexplained.set(name, { count: 1, example });
    else known.count++;
  }
}

interface OurPdu {
  readonly frame: number;
  readonly requestFrame: number | undefined;
  readonly latencyUs: number | undefined;
  readonly makeCase: () => Omit<Case, 'field'>;
}

/**
 * Decodes a capture with tshark and with us, and adds what it found to `result`. tshark gets the
 * session keys that we derive. Throws what `analyzeFile` and `tsharkPdus` throw.
 */
export async function compare({ file, keys: ring }: Subject, result: Comparison): Promise<void> {
  const keys = new Map<string, TsharkKeys>();
  const ours: OurPdu[] = [];
  const ports = new Set<number>();
  const cancels = new Set<number>();
  const see = (pdu: Pdu): void => {
    ports.add(Number(pdu.conversation.server.replace(/^.*:/, '')));
    if (pdu.session !== undefined) noteKeys(pdu.session, ring, keys);
    if (pdu.kind !== 'smb2' && pdu.kind !== 'malformed') return;
    const message = pdu.message.slice();
    const { request } = pdu;
    const tree = pdu.tree?.path;
    if (pdu.header?.command === Command.CANCEL) cancels.add(pdu.frame);
    ours.push({
      frame: pdu.frame,
      requestFrame: pdu.fromClient ? undefined : request?.frame,
      latencyUs: pdu.latencyUs,
      makeCase: () => {
        const dissected = dissectPdu({ ...pdu, message }, true);
        const hex = Buffer.from(message.subarray(pdu.start, pdu.end)).toString('hex');
        return { dissected, fields: dissected.fields ?? [], hex, asked: request, tree };
      },
    });
  };
  await analyzeFile(file, new Analyzer({ pdu: see }, { keys: ring }));
  const theirs = await tsharkPdus(file, { ports: [...ports].filter((port) => port !== 445 && port !== 139), keys });
  const short = file.replace(/^.*\//, '');
  const ourFrames = Map.groupBy(ours, ({ frame }) => frame);
  for (const [frame, shown] of Map.groupBy(theirs, ({ frame }) => frame)) {
    const known = ourFrames.get(frame) ?? [];
    ourFrames.delete(frame);
    if (known.length !== shown.length) {
      result.complain('PDUs of a packet', `${short} packet ${frame}: tshark ${shown.length}, we ${known.length}`);
      continue;
    }
    shown.forEach((pdu, i) => {
      comparePdu(pdu, known[i]!, `${short} packet ${frame}`, cancels, result);
    });
  }
  for (const frame of ourFrames.keys()) result.complain('PDUs of a packet', `${short} packet ${frame}: tshark none`);
}

/**
 * What tshark can open this session with. It takes no session key of more than 16 bytes, as
 * Kerberos may have one.
 */
function noteKeys({ id, key, keys }: SessionState, ring: KeyRing, into: Map<string, TsharkKeys>): void {
  if (into.has(id)) return;
  const isShort = key !== undefined && key.length <= 16;
  const direct = ring.directKeys(id) ?? (isShort ? undefined : keys);
  if (isShort || direct !== undefined) into.set(id, { sessionKey: isShort ? hexOf(key) : undefined, direct });
}

function comparePdu(
  theirs: TsharkPdu,
  ours: OurPdu,
  where: string,
  cancels: ReadonlySet<number>,
  result: Comparison,
): void {
  result.pdus++;
  const made = ours.makeCase();
  for (const field of theirs.fields) {
    if (!/^(smb2?|nt)\./.test(field.name)) continue;
    result.names.add(field.name);
    const seen: Case = { ...made, field };
    if (WHOLES.includes(field.name)) {
      result.wholes++;
      if (isWhole(seen) || explain(seen, result)) continue;
      result.complain(field.name, `${where}: ${field.length} bytes at ${field.offset}`);
      continue;
    }
    result.fields++;
    if (isSame(seen)) {
      result.agreed++;
      continue;
    }
    if (!explain(seen, result))
      result.complain(
        field.name,
        `${where}: ${field.length} bytes at ${field.offset}: ${field.value} ${shownAt(seen)}`,
      );
  }
  // A response that tshark takes for the CANCEL's is paired and timed by it.
  if (theirs.responseTo !== undefined && cancels.has(theirs.responseTo) && ours.requestFrame !== undefined) {
    result.fields += 2;
    result.explained.set(CANCELLED, (result.explained.get(CANCELLED) ?? 0) + 2);
  } else comparePairing(theirs, ours, where, result);
}

/** Looks the difference up in the table. */
function explain(seen: Case, { explained }: Comparison): boolean {
  const found = EXPLANATIONS.find(({ names, test }) => names.includes(seen.field.name) && test(seen));
  if (found !== undefined) explained.set(found, (explained.get(found) ?? 0) + 1);
  return found !== undefined;
}

function comparePairing({ responseTo, seconds }: TsharkPdu, ours: OurPdu, where: string, result: Comparison): void {
  if (responseTo !== undefined) {
    result.fields++;
    if (ours.requestFrame === responseTo) result.agreed++;
    else result.complain('smb2.response_to', `${where}: ${responseTo}, we ${ours.requestFrame}`);
  }
  if (seconds !== undefined) {
    result.fields++;
    if (Math.abs((ours.latencyUs ?? -1) - seconds * 1e6) < 1) result.agreed++;
    else result.complain('smb2.time', `${where}: ${seconds}, we ${ours.latencyUs}`);
  }
}

/** Whether a field of ours lies there, by a name that means the same, with the same value. */
function isSame({ field, fields }: Case): boolean {
  if (field.mask !== 0) return isSameBits(field, fields);
  const names = NAMES[field.name] ?? [];
  return fields.some(
    (ours) =>
      ours.offset === field.offset &&
      ours.length === field.length &&
      names.includes(nameOf(ours)) &&
      agrees(field.value, field.hex, ours.value) === true,
  );
}

/** A part of a number of ours: the same bits, shifted down. */
function isSameBits(field: TsharkField, fields: readonly RecordedField[]): boolean {
  const ours = fields.find(
    ({ offset, length, value }) =>
      offset === field.offset && length === field.length && (typeof value === 'number' || typeof value === 'bigint'),
  );
  if (ours === undefined || typeof ours.value === 'string' || ours.value instanceof Uint8Array) return false;
  const mask = BigInt(field.mask >>> 0);
  let shift = 0n;
  while (((mask >> shift) & 1n) === 0n) shift++;
  const bits = (BigInt(ours.value) & mask) >> shift;
  if (/^(0x[0-9a-f]+|\d+)$/i.test(field.value))
    return BigInt(field.value) === bits || BigInt(field.value) === bits << shift;
  return field.value === (bits === 0n ? 'False' : 'True');
}

/** Whether fields of ours begin and end where the structure does, but for padding behind it. */
function isWhole({ field, fields, dissected }: Case): boolean {
  const end = field.offset + field.length;
  if (field.length === 0) return true;
  const begins = fields.some(({ offset }) => offset === field.offset);
  return begins && end <= dissected.length;
}

/** `Dialects[2]` is one of the Dialects. */
function nameOf({ field }: RecordedField): string {
  return field.replace(/\[\d+\]$/, '');
}

function shownAt({ field, fields }: Case): string {
  const near = fields.filter(
    ({ offset, length }) => offset < field.offset + field.length && field.offset < offset + length,
  );
  return `(ours: ${near
    .map((one) => `${one.path} ${one.offset}+${one.length} ${String(one.value).slice(0, 60)}`)
    .join('; ')
    .slice(0, 300)})`;
}
