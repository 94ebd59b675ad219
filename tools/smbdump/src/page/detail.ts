/// <reference lib="dom" />
import type { RecordedField } from '@tsmbd/ms-dtyp';
import { dissect } from '@tsmbd/smb2-codec';
import { valueText } from '../output/fields.ts';
import { payloadDecoders } from '../output/payload-decoders.ts';
import { hex } from '../output/text.ts';
import { element } from './dom.ts';
import type { State } from './state.ts';

/** The fields of the chosen PDU beside its bytes; pointing at one shows the other. */
export function detailView(state: State): HTMLElement {
  const fields = element('div', 'fields');
  const bytes = element('div', 'bytes');
  const title = element('div', 'title', 'Choose a PDU to see its fields and bytes');
  let spans: HTMLElement[] = [];
  let lines: HTMLElement[] = [];
  let known: readonly RecordedField[] = [];

  const mark = (at: number): void => {
    for (const lit of bytes.querySelectorAll('.lit')) lit.classList.remove('lit');
    for (const lit of fields.querySelectorAll('.lit')) lit.classList.remove('lit');
    const field = known[at];
    if (field === undefined) return;
    lines[at]?.classList.add('lit');
    for (let i = field.offset; i < field.offset + field.length; i++) spans[i]?.classList.add('lit');
  };

  const show = (): void => {
    const row = state.rows[state.selected];
    if (row === undefined) return;
    const message = state.view.bytes.subarray(row.offset, row.offset + row.kept);
    const [infoType, infoClass, ctlCode, isPipe, isReadDirAttr] = row.related;
    const related = { infoType, infoClass, ctlCode, isPipe, isReadDirAttr };
    const pdu = dissect(message, { record: true, related, decoders: payloadDecoders })[0];
    known = pdu?.fields ?? [];
    title.textContent = `packet ${row.frame}: ${row.command} ${row.status} ${row.about}`;
    lines = known.map((field, i) => {
      const depth = field.path.split('.').length - 2;
      const name = element('span', 'name', field.path.replace(/^[^.]*\./, ''));
      name.style.paddingLeft = `${depth * 8}px`;
      const line = element('div', 'field', name, element('span', 'value', valueText(field.value)));
      line.title = `${field.structure} ${field.section ?? ''}, ${field.length} bytes at ${field.offset}`;
      line.dataset['at'] = String(i);
      return line;
    });
    // A message that was cut for the page is no broken message.
    const isWhole = row.kept === row.length;
    const problems = isWhole ? (pdu?.problems ?? []) : [];
    fields.replaceChildren(
      ...lines,
      ...problems.map(({ message: text }) => element('div', 'field error', text)),
      ...(isWhole ? [] : [element('div', 'field dim', `${row.length - row.kept} more bytes are not kept here`)]),
    );
    spans = [];
    bytes.replaceChildren(...hexLines(message, spans));
    fields.scrollTop = 0;
    bytes.scrollTop = 0;
  };

  const fieldUnder = (event: Event): number =>
    Number((event.target as Element).closest<HTMLElement>('.field')?.dataset['at'] ?? -1);
  fields.addEventListener('mouseover', (event) => mark(fieldUnder(event)));
  fields.addEventListener('click', (event) => {
    const at = fieldUnder(event);
    mark(at);
    spans[known[at]?.offset ?? -1]?.scrollIntoView({ block: 'nearest' });
  });
  bytes.addEventListener('mouseover', (event) => {
    const offset = Number((event.target as HTMLElement).dataset['offset'] ?? -1);
    // The innermost field: the shortest that has the byte.
    let best = -1;
    known.forEach((field, i) => {
      const has = field.offset <= offset && offset < field.offset + field.length;
      if (has && (best < 0 || field.length <= known[best]!.length)) best = i;
    });
    mark(best);
    if (best >= 0) lines[best]!.scrollIntoView({ block: 'nearest' });
  });
  state.onChange((what) => {
    if (what === 'selection') show();
  });
  return element('div', 'detail', title, element('div', 'halves', fields, bytes));
}

function hexLines(message: Uint8Array, spans: HTMLElement[]): HTMLElement[] {
  const lines: HTMLElement[] = [];
  for (let at = 0; at < message.length; at += 16) {
    const line = element('div', 'hex', element('span', 'dim', `${hex(at, 4)}  `));
    let text = '';
    for (let i = at; i < Math.min(at + 16, message.length); i++) {
      const byte = message[i]!;
      const span = element('span', '', `${hex(byte, 2)} `);
      span.dataset['offset'] = String(i);
      spans.push(span);
      line.append(span);
      text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·';
    }
    line.append(element('span', 'dim', `${'   '.repeat(Math.max(0, at + 16 - message.length))} ${text}`));
    lines.push(line);
  }
  return lines;
}
