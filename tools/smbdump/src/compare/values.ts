import type { RecordedField } from '@tsmbd/ms-dtyp';

/** 100 ns from 1601 to 1970. */
const EPOCH = 116_444_736_000_000_000n;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Whether a value that tshark shows is what we read; undefined where it is shown in a way that is
 * not known here.
 */
export function agrees(shown: string, hex: string, value: RecordedField['value']): boolean | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return numberAgrees(shown, hex, BigInt(value));
  if (value instanceof Uint8Array) return bytesAgree(shown, hex, Buffer.from(value).toString('hex'));
  return textAgrees(shown, hex, value);
}

function numberAgrees(shown: string, hex: string, value: bigint): boolean | undefined {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(shown)) return BigInt(shown) === value;
  if (/^-\d+$/.test(shown)) return BigInt.asIntN(hex.length * 4, value) === BigInt(shown);
  // Bytes of a reserved field, or of a number that tshark shows as bytes.
  if (/^[0-9a-f]{2}(:[0-9a-f]{2})*$/i.test(shown)) return littleEndian(shown.replaceAll(':', '')) === value;
  if (shown === 'True' || shown === 'False') return (shown === 'True') === (value !== 0n);
  const time = timeOf(shown);
  if (time !== undefined) return time === value;
  // Times that are no time: zero and the two ends.
  if (/No time specified|Infinity|not specified/i.test(shown)) return littleEndian(hex) === value;
  return undefined;
}

/** A FILETIME from `Nov 21, 2026 05:32:08.664755500 UTC`. */
function timeOf(shown: string): bigint | undefined {
  const match = /^([A-Z][a-z]{2}) +(\d+), (\d{4}) (\d\d):(\d\d):(\d\d)\.(\d{9}) UTC$/.exec(shown);
  if (match === null) return undefined;
  const [, month = '', day, year, hour, minute, second, nanos = ''] = match;
  const ms = Date.UTC(Number(year), MONTHS.indexOf(month), Number(day), Number(hour), Number(minute), Number(second));
  return BigInt(ms) * 10_000n + BigInt(nanos) / 100n + EPOCH;
}

function bytesAgree(shown: string, hex: string, ours: string): boolean | undefined {
  if (hex !== ours) return false;
  if (shown.replaceAll(':', '').toLowerCase() === ours) return true;
  if (/^(0x[0-9a-f]+|\d+)$/i.test(shown))
    return littleEndian(ours) === BigInt(shown) || BigInt(`0x${ours}`) === BigInt(shown);
  // Text, addresses and the like are the same bytes in another dress.
  return true;
}

function textAgrees(shown: string, hex: string, value: string): boolean {
  if (shown === value) return true;
  // A GUID is text for us; tshark's is too.
  if (shown.toLowerCase() === value.toLowerCase() && /^[0-9a-f-]{36}$/i.test(shown)) return true;
  // tshark ends text at a zero, and shows what it cannot print as escapes or replacement
  // characters.
  const bytes = Buffer.from(hex, 'hex');
  const text = bytes.toString('utf16le');
  if (text === value || bytes.toString('latin1') === value) return /[^ -~]/.test(value) || value.startsWith(shown);
  return false;
}

function littleEndian(hex: string): bigint {
  const bytes = hex.match(/../g) ?? [];
  return BigInt(`0x${bytes.reverse().join('') || '0'}`);
}
