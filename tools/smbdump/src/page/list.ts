/// <reference lib="dom" />
import { durationText } from '../output/text.ts';
import type { Row } from '../viewer/model.ts';
import { commandColor, element } from './dom.ts';
import type { State } from './state.ts';
import { VirtualScroll } from './virtual.ts';

/** The PDUs line by line. */
export function listView(state: State): HTMLElement {
  const lines = element('div', 'lines');
  const scroll = new VirtualScroll(lines, 22, draw);
  const head = element('div', 'line head');
  for (const name of ['packet', 'seconds', 'conn', '', 'command', 'status', 'latency', '', 'about']) {
    head.append(element('span', '', name));
  }

  function draw(first: number, wanted: number): void {
    const count = Math.max(0, Math.min(wanted, state.visible.length - first));
    while (lines.childElementCount < count) lines.append(lineElement());
    while (lines.childElementCount > count) lines.lastElementChild!.remove();
    for (let i = 0; i < count; i++) {
      const index = state.visible[first + i]!;
      fill(lines.children[i] as HTMLElement, state.rows[index]!, index, state);
    }
  }

  lines.addEventListener('click', (event) => {
    const line = (event.target as Element).closest<HTMLElement>('.line');
    if (line?.dataset['index'] !== undefined) state.select(Number(line.dataset['index']));
  });
  scroll.box.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = state.visible.indexOf(state.selected);
    const next = Math.max(0, Math.min(state.visible.length - 1, at + step));
    if (state.visible[next] !== undefined) state.select(state.visible[next]);
  });
  state.onChange((what) => {
    if (what === 'filter') scroll.resize(state.visible.length);
    const at = state.visible.indexOf(state.selected);
    if (at >= 0) scroll.reveal(at);
    scroll.refresh();
  });
  queueMicrotask(() => scroll.resize(state.visible.length));
  const pane = element('div', 'pane list', head, scroll.box);
  new ResizeObserver(() => scroll.resize(state.visible.length)).observe(pane);
  return pane;
}

function lineElement(): HTMLElement {
  const line = element('div', 'line');
  for (let i = 0; i < 9; i++) line.append(element('span'));
  return line;
}

function fill(line: HTMLElement, row: Row, index: number, state: State): void {
  const texts = [
    String(row.frame),
    ((row.timeUs - state.firstUs) / 1e6).toFixed(6),
    `#${row.conversation}`,
    row.fromClient ? '→' : '←',
    row.command,
    row.status,
    row.latencyUs < 0 ? '' : durationText(row.latencyUs),
    row.marks,
    row.about,
  ];
  texts.forEach((text, i) => {
    const cell = line.children[i] as HTMLElement;
    if (cell.textContent !== text) cell.textContent = text;
  });
  (line.children[4] as HTMLElement).style.color = commandColor(row.command);
  line.dataset['index'] = String(index);
  line.className = `line${row.isError ? ' failed' : ''}${index === state.selected ? ' selected' : ''}`;
}
