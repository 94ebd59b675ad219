import type { RecordedField } from '@tsmbd/ms-dtyp';
import type { Pdu } from '../track/pdu.ts';
import { dissectPdu } from './body.ts';
import { hex, printable } from './text.ts';

/** Bytes of a field that are shown. */
const SHOWN_BYTES = 24;

/** Every field of a PDU, a line each: offset in the element, length, path, value, section. */
export function fieldLines(pdu: Pdu): string[] {
  const { fields = [], problems } = dissectPdu(pdu, true);
  const width = fields.reduce((longest, { path }) => Math.max(longest, path.length), 0);
  return [
    ...fields.map((field) =>
      [
        `  ${hex(field.offset, 4)}`,
        String(field.length).padStart(5),
        printable(field.path).padEnd(Math.min(width, 80)),
        valueText(field.value),
        field.section ?? '',
      ]
        .join(' ')
        .trimEnd(),
    ),
    ...problems.map(({ offset, message }) => `  ${hex(offset, 4)}       ! ${printable(message)}`),
  ];
}

/** A field's value for people. */
export function valueText(value: RecordedField['value']): string {
  if (typeof value === 'string') return `"${printable(value)}"`;
  if (typeof value === 'number' || typeof value === 'bigint') {
    return value < 10 ? String(value) : `${value} (0x${value.toString(16)})`;
  }
  const shown = Array.from(value.subarray(0, SHOWN_BYTES), (byte) => hex(byte, 2)).join(' ');
  return value.length > SHOWN_BYTES ? `${shown} … ${value.length} bytes` : shown;
}
