/// <reference lib="dom" />
import { durationText } from '../output/text.ts';
import { color, commandColor, element, fit } from './dom.ts';
import type { State } from './state.ts';

const LEFT = 64;
const BOTTOM = 24;
const TOP = 12;

/**
 * How long each answer took: time to the right, latency upwards in powers of ten, a colour for each
 * command.
 */
export function latencyView(state: State): HTMLElement {
  const canvas = element('canvas', 'drawing');
  const legend = element('div', 'legend');
  const tip = element('div', 'tip');
  const pane = element('div', 'pane latency', canvas, legend, tip);
  let points: { x: number; y: number; index: number }[] = [];

  function draw(): void {
    const { context, width, height } = fit(canvas);
    const shown = [...state.visible].filter((index) => state.rows[index]!.latencyUs >= 0);
    const most = Math.max(
      10,
      shown.reduce((max, index) => Math.max(max, state.rows[index]!.latencyUs), 0),
    );
    const decades = Math.ceil(Math.log10(most));
    const span = Math.max(1, state.lastUs - state.firstUs);
    const y = (us: number): number =>
      height - BOTTOM - (Math.log10(Math.max(1, us)) / decades) * (height - BOTTOM - TOP);
    const x = (us: number): number => LEFT + ((us - state.firstUs) / span) * (width - LEFT - 12);
    context.textAlign = 'right';
    for (let decade = 0; decade <= decades; decade++) {
      context.fillStyle = color('faint');
      context.fillRect(LEFT, y(10 ** decade), width, 0.5);
      context.fillStyle = color('dim');
      context.fillText(durationText(10 ** decade), LEFT - 6, y(10 ** decade));
    }
    context.textAlign = 'center';
    for (let i = 0; i <= 4; i++) {
      const us = (span * i) / 4;
      context.fillText(`${(us / 1e6).toFixed(3)} s`, Math.min(width - 30, x(state.firstUs + us) + 20), height - 10);
    }
    points = shown.map((index) => {
      const { timeUs, latencyUs } = state.rows[index]!;
      return { x: x(timeUs), y: y(latencyUs), index };
    });
    const byCommand = Map.groupBy(points, ({ index }) => state.rows[index]!.command);
    for (const [command, group] of byCommand) {
      context.fillStyle = commandColor(command);
      for (const point of group) context.fillRect(point.x - 1.5, point.y - 1.5, 3, 3);
    }
    const chosen = points.find(({ index }) => index === state.selected);
    if (chosen !== undefined) {
      context.strokeStyle = color('ink');
      context.strokeRect(chosen.x - 5, chosen.y - 5, 10, 10);
    }
    legend.replaceChildren(
      ...[...byCommand]
        .sort((a, b) => b[1].length - a[1].length)
        .map(([command, { length }]) => {
          const name = element('span', '', `${command} ${length}`);
          name.style.color = commandColor(command);
          return name;
        }),
    );
  }

  const nearest = (event: MouseEvent) => {
    let best: (typeof points)[number] | undefined;
    let distance = 100;
    for (const point of points) {
      const d = (point.x - event.offsetX) ** 2 + (point.y - event.offsetY) ** 2;
      if (d < distance) {
        distance = d;
        best = point;
      }
    }
    return best;
  };
  canvas.addEventListener('mousemove', (event) => {
    const point = nearest(event);
    tip.hidden = point === undefined;
    if (point === undefined) return;
    const { command, latencyUs, about } = state.rows[point.index]!;
    tip.textContent = `${command} ${durationText(latencyUs)} ${about}`;
    tip.style.left = `${Math.min(point.x + 10, canvas.clientWidth - 320)}px`;
    tip.style.top = `${point.y + 10}px`;
  });
  canvas.addEventListener('click', (event) => {
    const point = nearest(event);
    if (point !== undefined) state.select(point.index);
  });
  const redraw = (): void => {
    if (pane.offsetParent !== null) requestAnimationFrame(draw);
  };
  state.onChange(redraw);
  new ResizeObserver(redraw).observe(pane);
  tip.hidden = true;
  return pane;
}
