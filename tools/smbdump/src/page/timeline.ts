/// <reference lib="dom" />
import type { LeaseEvent, OpenRow } from '../viewer/model.ts';
import { color, element, fit } from './dom.ts';
import { clipped } from './sequence.ts';
import type { State } from './state.ts';
import { VirtualScroll } from './virtual.ts';

const LINE = 20;
const HEAD = 24;
const NAMES = 260;

/** One bar: an open, or a lease below the opens that have it. */
type Bar =
  | { readonly kind: 'open'; readonly open: OpenRow }
  | { readonly kind: 'lease'; readonly key: string; readonly events: readonly LeaseEvent[]; readonly endUs: number };

/**
 * When each file was open, with which oplock, and how leases went. The wheel with Ctrl or Shift
 * zooms.
 */
export function timelineView(state: State): HTMLElement {
  const canvas = element('canvas', 'drawing');
  let bars: Bar[] = [];
  let fromUs = state.firstUs;
  let toUs = Math.max(state.lastUs, state.firstUs + 1);
  let shownFirst = 0;
  const scroll = new VirtualScroll(canvas, LINE, draw);

  function draw(first: number, count: number): void {
    shownFirst = first;
    const { context, width, height } = fit(canvas);
    const x = (us: number): number => NAMES + ((us - fromUs) / (toUs - fromUs)) * (width - NAMES - 8);
    context.fillStyle = color('dim');
    context.textAlign = 'center';
    for (let i = 0; i <= 4; i++) {
      const us = fromUs + ((toUs - fromUs) * i) / 4;
      context.fillText(
        `${((us - state.firstUs) / 1e6).toFixed(4)} s`,
        Math.max(NAMES + 30, Math.min(width - 40, x(us))),
        HEAD / 2,
      );
      context.fillRect(x(us), HEAD, 0.5, height);
    }
    context.textAlign = 'left';
    for (let i = 0; i < count; i++) {
      const bar = bars[first + i];
      if (bar === undefined) break;
      const y = HEAD + i * LINE;
      if (bar.kind === 'open') drawOpen(context, bar.open, y, x, width, state);
      else drawLease(context, bar, y, x, width);
    }
  }

  const update = (): void => {
    bars = barsOf(state);
    scroll.resize(bars.length + 2);
  };
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      const part = Math.max(0, (event.offsetX - NAMES) / (canvas.clientWidth - NAMES));
      const at = fromUs + part * (toUs - fromUs);
      const factor = event.deltaY > 0 ? 1.3 : 1 / 1.3;
      fromUs = Math.max(state.firstUs, at - (at - fromUs) * factor);
      toUs = Math.min(Math.max(state.lastUs, state.firstUs + 1), Math.max(fromUs + 1, at + (toUs - at) * factor));
      scroll.refresh();
    },
    { passive: false },
  );
  canvas.addEventListener('click', (event) => {
    const bar = bars[shownFirst + Math.floor((event.offsetY - HEAD) / LINE)];
    if (bar?.kind === 'open') {
      const index = state.rows.findIndex(({ open }) => open === bar.open.index);
      if (index >= 0) state.select(index);
    }
  });
  state.onChange((what) => {
    if (what === 'filter') update();
  });
  const pane = element('div', 'pane', scroll.box);
  new ResizeObserver(update).observe(pane);
  return pane;
}

/** The opens of the PDUs that are shown, each lease once behind the first open that has it. */
function barsOf({ rows, visible, view }: State): Bar[] {
  const wanted = new Set<number>();
  for (const index of visible) wanted.add(rows[index]!.open);
  const byKey = Map.groupBy(view.model.leases, ({ key }) => key);
  const bars: Bar[] = [];
  for (const open of view.model.opens) {
    if (!wanted.has(open.index)) continue;
    bars.push({ kind: 'open', open });
    const events = byKey.get(open.lease);
    if (events === undefined) continue;
    byKey.delete(open.lease);
    const ends = view.model.opens.filter(({ lease }) => lease === open.lease).map(({ closedUs }) => closedUs);
    const endUs = ends.includes(-1) ? -1 : Math.max(...ends, events.at(-1)!.timeUs);
    bars.push({ kind: 'lease', key: open.lease, events, endUs });
  }
  return bars;
}

type Scale = (us: number) => number;

function drawOpen(
  context: CanvasRenderingContext2D,
  open: OpenRow,
  y: number,
  x: Scale,
  width: number,
  state: State,
): void {
  context.fillStyle = color('ink');
  context.fillText(clipped(context, open.name.replace(/^.*\\(?=.)/, ''), NAMES - 16), 8, y + LINE / 2);
  const start = open.openedUs < 0 ? open.requestedUs : open.openedUs;
  const end = open.closedUs < 0 ? state.lastUs : open.closedUs;
  const [left, right] = [Math.max(NAMES, x(open.requestedUs)), Math.min(width, x(end))];
  if (right < NAMES || left > width) return;
  if (open.openedUs < 0) {
    // Refused: a mark where it was asked for.
    context.fillStyle = color('error');
    context.fillRect(left, y + 4, 3, LINE - 8);
    return;
  }
  context.fillStyle = color('faint');
  context.fillRect(left, y + LINE / 2 - 1, Math.max(0, x(start) - left), 2);
  context.fillStyle = color(
    open.lease !== '' ? 'lease' : open.oplock === 'none' || open.oplock === '' ? 'open' : 'oplock',
  );
  context.fillRect(Math.max(NAMES, x(start)), y + 4, Math.max(2, right - Math.max(NAMES, x(start))), LINE - 8);
}

const STATE_COLORS: Readonly<Record<string, string>> = {
  none: 'faint',
  R: 'read',
  RH: 'open',
  RW: 'oplock',
  RWH: 'lease',
};

function drawLease(
  context: CanvasRenderingContext2D,
  { key, events, endUs }: Bar & { kind: 'lease' },
  y: number,
  x: Scale,
  width: number,
): void {
  context.fillStyle = color('dim');
  context.fillText(clipped(context, `  lease ${key}`, NAMES - 16), 8, y + LINE / 2);
  events.forEach(({ timeUs, state }, i) => {
    const end = events[i + 1]?.timeUs ?? endUs;
    const left = Math.max(NAMES, x(timeUs));
    const right = end < 0 ? width : Math.min(width, x(end));
    if (right < NAMES || left > width) return;
    context.fillStyle = color(STATE_COLORS[state.replace(/^.*→/, '')] ?? 'error');
    context.fillRect(left, y + 6, Math.max(2, right - left), LINE - 12);
    context.fillStyle = color('ink');
    context.fillText(clipped(context, state, right - left - 4), left + 3, y + LINE / 2);
  });
}
