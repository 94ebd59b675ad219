import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type DirectKeys, hexOf } from '../track/key-ring.ts';

const execute = promisify(execFile);

/** One field as tshark shows it. */
export interface TsharkField {
  readonly name: string;
  /** The bytes in hex, already masked where it has a mask. */
  readonly hex: string;
  /** Bytes from the start of the element. */
  readonly offset: number;
  readonly length: number;
  /** Of a field that is a part of others. */
  readonly mask: number;
  readonly value: string;
}

/** One SMB2 request or response as tshark shows it. */
export interface TsharkPdu {
  readonly frame: number;
  readonly fields: readonly TsharkField[];
  /** Of a response: the packet of its request, and the seconds between them. */
  readonly responseTo: number | undefined;
  readonly seconds: number | undefined;
}

/** What tshark needs to know of a capture. */
export interface TsharkOptions {
  /** Ports that carry SMB, beside 445. */
  readonly ports: readonly number[];
  /** By SessionId, a number in hex. */
  readonly keys: ReadonlyMap<string, TsharkKeys>;
}

/** What opens a session. */
export interface TsharkKeys {
  /** In hex. */
  readonly sessionKey: string | undefined;
  readonly direct: DirectKeys | undefined;
}

/** tshark could not be run, or not on this capture; the message says why. */
export class TsharkError extends Error {
  override readonly name = 'TsharkError';
}

/**
 * The SMB2 PDUs of a capture by `tshark -T json -x`, whose positions tell where each field lies.
 * Throws TsharkError.
 */
export async function tsharkPdus(file: string, { ports, keys }: TsharkOptions): Promise<TsharkPdu[]> {
  const args = ['-r', file, '-Y', 'smb2', '-T', 'json', '-x', '--no-duplicate-keys', '-J', 'smb2 frame'];
  for (const port of ports) args.push('-d', `tcp.port==${port},nbss`);
  for (const [sessionId, { sessionKey, direct }] of keys) {
    const words = [sessionKey, direct && hexOf(direct.serverToClient), direct && hexOf(direct.clientToServer)];
    args.push('-o', `uat:smb2_seskey_list:${[reversed(sessionId), ...words.map((word) => word ?? '""')].join(',')}`);
  }
  const stdout = await tshark(args);
  const packets = JSON.parse(stdout || '[]') as { _source: { layers: Record<string, unknown> } }[];
  return packets.flatMap(({ _source: { layers } }) => {
    const frame = Number((layers['frame'] as Record<string, string>)['frame.number']);
    return listOf(layers['smb2']).flatMap((layer) => elementsOf(frame, layer));
  });
}

/** The value strings of tshark for a field: number to name. */
export async function tsharkValues(field: string): Promise<Map<number, string>> {
  const stdout = await tshark(['-G', 'values']);
  const values = new Map<number, string>();
  for (const line of stdout.split('\n')) {
    const [kind, name, number, text] = line.split('\t');
    if (kind === 'V' && name === field && text !== undefined) values.set(Number(number), text);
  }
  return values;
}

/** What tshark writes; V8 has no longer strings. */
const MAX_OUTPUT = 0x1fff_ffe8;

async function tshark(args: readonly string[]): Promise<string> {
  try {
    return (await execute('tshark', args, { maxBuffer: MAX_OUTPUT, encoding: 'utf8' })).stdout;
  } catch (error) {
    const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string };
    if (code === 'ENOENT') throw new TsharkError('tshark is not installed');
    if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' || code === 'ERR_STRING_TOO_LONG') {
      throw new TsharkError('the capture is too large to compare at once; cut it with editcap -c');
    }
    throw new TsharkError(`tshark: ${stderr.trim().split('\n').at(-1) || (error as Error).message}`);
  }
}

interface Placed extends Omit<TsharkField, 'offset'> {
  readonly position: number;
}

/** The elements of a message: each begins at a ProtocolId of its own. */
function elementsOf(frame: number, layer: unknown): TsharkPdu[] {
  const placed: Placed[] = [];
  collect(layer, placed);
  const headers = listOf((layer as Record<string, unknown>)['SMB2 Header']) as Record<string, string>[];
  const starts = placed
    .filter(({ name, hex }) => name === 'smb2.protocol_id' && hex === 'fe534d42')
    .map(({ position }) => position)
    .sort((a, b) => a - b);
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? Number.POSITIVE_INFINITY;
    const { [i]: header } = headers;
    return {
      frame,
      responseTo: numberOf(header?.['smb2.response_to']),
      seconds: numberOf(header?.['smb2.time']),
      fields: placed
        .filter(({ position }) => position >= start && position < end)
        .map(({ position, ...field }) => ({ ...field, offset: position - start })),
    };
  });
}

/** Headers of what was around the message; their positions are those of another buffer. */
const OUTER = ['SMB2 Transform Header', 'SMB2 Compression Transform Header'];

function collect(node: unknown, into: Placed[]): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, into);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key.endsWith('_raw')) {
      const name = key.slice(0, -4);
      const values = listOf((node as Record<string, unknown>)[name]);
      const raws = Array.isArray((value as unknown[])[0]) ? (value as unknown[][]) : [value as unknown[]];
      raws.forEach(([hex, position, length, mask], i) => {
        into.push({
          name,
          hex: String(hex),
          position: Number(position),
          length: Number(length),
          mask: Number(mask),
          value: typeof values[i] === 'string' ? values[i] : '',
        });
      });
    } else if (!OUTER.includes(key)) collect(value, into);
    else collect((value as Record<string, unknown>)['Decompressed SMB3 data'], into);
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function reversed(hex: string): string {
  return (hex.padStart(16, '0').match(/../g) ?? []).reverse().join('');
}
