/// <reference lib="dom" />
import { durationText } from '../output/text.ts';
import { color, commandColor, element, fit } from './dom.ts';
import type { State } from './state.ts';
import { VirtualScroll } from './virtual.ts';

const LINE = 24;
const HEAD = 28;
const TIME_WIDTH = 92;

/** Who said what to whom: a lifeline for each host, an arrow for each PDU. */
export function sequenceView(state: State): HTMLElement {
  const hosts = hostsOf(state);
  const canvas = element('canvas', 'drawing');
  const scroll = new VirtualScroll(canvas, LINE, draw);
  let shownFirst = 0;

  function draw(first: number, count: number): void {
    shownFirst = first;
    const { context, width, height } = fit(canvas);
    const lane = (width - TIME_WIDTH) / Math.max(1, hosts.length);
    const x = (host: string): number => TIME_WIDTH + lane * (hosts.indexOf(host) + 0.5);
    context.textAlign = 'center';
    for (const host of hosts) {
      context.strokeStyle = color('faint');
      context.beginPath();
      context.moveTo(x(host), HEAD);
      context.lineTo(x(host), height);
      context.stroke();
    }
    for (let i = 0; i < count; i++) {
      const index = state.visible[first + i];
      // There is room for two lines more than there are, below the head.
      if (index === undefined) break;
      const row = state.rows[index]!;
      const { client, server } = state.view.model.conversations[row.conversation] ?? { client: '', server: '' };
      const [from, to] = row.fromClient ? [x(hostOf(client)), x(server)] : [x(server), x(hostOf(client))];
      const y = HEAD + i * LINE + LINE * 0.7;
      if (index === state.selected) {
        context.fillStyle = color('selected');
        context.fillRect(0, HEAD + i * LINE, width, LINE);
      }
      context.fillStyle = color('dim');
      context.textAlign = 'left';
      context.fillText(((row.timeUs - state.firstUs) / 1e6).toFixed(6), 8, y - 4);
      const ink = row.isError ? color('error') : commandColor(row.command);
      arrow(context, from, to, y, ink, row.fromClient);
      const latency = row.latencyUs < 0 ? '' : ` ${durationText(row.latencyUs)}`;
      const words = row.fromClient ? `${row.command} ${row.about}` : `${row.command} ${row.status}${latency}`;
      context.fillStyle = row.isError ? color('error') : color('ink');
      context.textAlign = 'center';
      context.fillText(clipped(context, words, Math.abs(to - from) - 20), (from + to) / 2, y - 8);
    }
    context.fillStyle = color('paper');
    context.fillRect(0, 0, width, HEAD);
    context.fillStyle = color('ink');
    for (const host of hosts) context.fillText(clipped(context, host, lane - 8), x(host), HEAD / 2);
  }

  canvas.addEventListener('click', (event) => {
    const line = shownFirst + Math.floor((event.offsetY - HEAD) / LINE);
    const index = state.visible[line];
    if (event.offsetY > HEAD && index !== undefined) state.select(index);
  });
  state.onChange((what) => {
    if (what === 'filter') scroll.resize(state.visible.length + 2);
    scroll.refresh();
  });
  const pane = element('div', 'pane', scroll.box);
  new ResizeObserver(() => scroll.resize(state.visible.length + 2)).observe(pane);
  return pane;
}

/** At most this many lifelines; clients that are left out share the last. */
const MAX_HOSTS = 12;

function hostsOf({ view }: State): string[] {
  const hosts: string[] = [];
  for (const { client, server } of view.model.conversations) {
    for (const host of [hostOf(client), server]) {
      if (!hosts.includes(host) && hosts.length < MAX_HOSTS) hosts.push(host);
    }
  }
  return hosts;
}

/**
 * Connections of one client are one lifeline; servers keep their port, so that loopback has two.
 */
function hostOf(endpoint: string): string {
  return endpoint.replace(/:\d+$/, '');
}

function arrow(
  context: CanvasRenderingContext2D,
  from: number,
  to: number,
  y: number,
  ink: string,
  solid: boolean,
): void {
  const head = to > from ? -7 : 7;
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.setLineDash(solid ? [] : [4, 3]);
  context.beginPath();
  context.moveTo(from, y);
  context.lineTo(to, y);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(to, y);
  context.lineTo(to + head, y - 4);
  context.lineTo(to + head, y + 4);
  context.fill();
}

/** Text cut so that it fits. */
export function clipped(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (width <= 0) return '';
  if (context.measureText(text).width <= width) return text;
  const letters = Math.max(1, Math.floor((text.length * width) / context.measureText(text).width) - 1);
  return `${text.slice(0, letters)}…`;
}
