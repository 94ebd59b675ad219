import type { LeaseEvent, OpenRow, Row, View, ViewModel } from './model.ts';

/**
 * A view as text that can stand in HTML: gzip and base64, so that nothing of a capture is ever
 * markup.
 */
export interface Packed {
  readonly model: string;
  readonly bytes: string;
}

/** Rows as arrays, with their texts once each: a tenth of the size. */
interface Compact extends Omit<ViewModel, 'rows' | 'opens' | 'leases'> {
  readonly texts: readonly string[];
  readonly rows: readonly (readonly (number | boolean)[])[];
  readonly opens: readonly OpenRow[];
  readonly leases: readonly LeaseEvent[];
}

export async function pack({ model, bytes }: View): Promise<Packed> {
  const numbers = new Map<string, number>();
  const text = (value: string): number => {
    let number = numbers.get(value);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(value, number);
    }
    return number;
  };
  const rows = model.rows.map((row) => [
    row.frame,
    row.timeUs,
    row.conversation,
    row.fromClient,
    text(row.command),
    text(row.status),
    row.latencyUs,
    row.isError,
    text(row.about),
    text(row.marks),
    row.open,
    row.offset,
    row.kept,
    row.length,
    ...row.related,
  ]);
  const compact: Compact = { ...model, rows, texts: [...numbers.keys()] };
  return {
    model: base64(await through(new CompressionStream('gzip'), new TextEncoder().encode(JSON.stringify(compact)))),
    bytes: base64(await through(new CompressionStream('gzip'), bytes)),
  };
}

export async function unpack({ model, bytes }: Packed): Promise<View> {
  const json = new TextDecoder().decode(await through(new DecompressionStream('gzip'), unbase64(model)));
  const { texts, rows, ...others } = JSON.parse(json) as Compact;
  const text = (number: unknown): string => texts[number as number] ?? '';
  return {
    model: {
      ...others,
      rows: rows.map(
        (row): Row => ({
          frame: row[0] as number,
          timeUs: row[1] as number,
          conversation: row[2] as number,
          fromClient: row[3] as boolean,
          command: text(row[4]),
          status: text(row[5]),
          latencyUs: row[6] as number,
          isError: row[7] as boolean,
          about: text(row[8]),
          marks: text(row[9]),
          open: row[10] as number,
          offset: row[11] as number,
          kept: row[12] as number,
          length: row[13] as number,
          related: [row[14] as number, row[15] as number, row[16] as number, row[17] as boolean, row[18] as boolean],
        }),
      ),
    },
    bytes: await through(new DecompressionStream('gzip'), unbase64(bytes)),
  };
}

async function through(stream: CompressionStream | DecompressionStream, bytes: Uint8Array): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return new Uint8Array(await new Response(source.pipeThrough(stream as unknown as PassThrough)).arrayBuffer());
}

/** What types of Node and of browsers agree on. */
type PassThrough = ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>;

/** Bytes of a piece of base64; a multiple of three. */
const PIECE = 0x6000;

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  return text;
}

function unbase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
