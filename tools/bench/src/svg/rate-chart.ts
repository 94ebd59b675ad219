import { median, number } from '../format.ts';
import type { Result } from '../rows.ts';
import { circle, document, line, polyline, text } from './svg.ts';

const PANEL = { width: 280, height: 190 };
const PANELS_IN_A_ROW = 4;
/** Space around the plot inside a panel. */
const INSIDE = { left: 52, right: 12, top: 30, bottom: 30 };
const LEGEND = 34;
const COLOURS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b'];
const GREY = '#ccc';

/**
 * Rate against the number of clients: a panel for each case and mode, a line for each server.
 *
 * @param servers names, in the order of the legend
 */
export function rateCharts(results: readonly Result[], servers: readonly string[]): string {
  const panels = Map.groupBy(results, ({ case: name, mode }) => `${name}, ${mode}`);
  const columns = Math.min(PANELS_IN_A_ROW, Math.max(1, panels.size));
  const height = LEGEND + Math.ceil(panels.size / columns) * PANEL.height;
  return document('Rates against the number of clients', columns * PANEL.width, height, [
    ...legend(servers),
    ...[...panels].flatMap(([title, group], i) => {
      const x = (i % columns) * PANEL.width;
      const y = LEGEND + Math.floor(i / columns) * PANEL.height;
      return [`<g transform="translate(${x} ${y})">`, ...panel(title, group, servers), '</g>'];
    }),
  ]);
}

function legend(servers: readonly string[]): string[] {
  return servers.flatMap((name, i) => [
    circle(16 + i * 90, 16, 4, colourOf(i)),
    text(26 + i * 90, 20, name, 'font-size="12"'),
  ]);
}

/** The points of one panel. Numbers of clients are at equal distances, in rising order. */
function panel(title: string, group: readonly Result[], servers: readonly string[]): string[] {
  const counts = [...new Set(group.map(({ clients }) => clients))].sort((a, b) => a - b);
  const rateOf = (clients: number, server: string): number | undefined => {
    const samples = group.find((result) => result.clients === clients)?.samples[server];
    return samples === undefined ? undefined : median(samples.map(({ rate }) => rate));
  };
  const rates = counts.flatMap((clients) => servers.map((server) => rateOf(clients, server) ?? 0));
  const top = niceCeiling(Math.max(...rates));
  const x = (clients: number): number =>
    INSIDE.left +
    (counts.length === 1 ? 0.5 : counts.indexOf(clients) / (counts.length - 1)) *
      (PANEL.width - INSIDE.left - INSIDE.right);
  const y = (rate: number): number =>
    PANEL.height - INSIDE.bottom - (rate / top) * (PANEL.height - INSIDE.top - INSIDE.bottom);
  const unit = group[0]!.unit;
  return [
    text(8, 16, title, 'font-weight="bold"'),
    ...[0, top / 2, top].flatMap((rate) => [
      line(INSIDE.left, y(rate), PANEL.width - INSIDE.right, y(rate), GREY),
      text(INSIDE.left - 4, y(rate) + 4, short(rate), 'text-anchor="end"'),
    ]),
    ...counts.map((clients) => text(x(clients), PANEL.height - INSIDE.bottom + 14, String(clients), MIDDLE)),
    text(PANEL.width - INSIDE.right, PANEL.height - 4, `clients; ${unit}/s`, 'text-anchor="end" fill="#666"'),
    ...servers.flatMap((server, i) => {
      const points = counts.flatMap((clients) => {
        const rate = rateOf(clients, server);
        return rate === undefined ? [] : [{ clients, rate }];
      });
      const places = points.map(({ clients, rate }) => [x(clients), y(rate)] as const);
      return [
        ...(places.length > 1 ? [polyline(places, colourOf(i))] : []),
        ...points.map(({ clients, rate }) =>
          circle(x(clients), y(rate), 3, colourOf(i), `${server}, ${clients}: ${number(rate)} ${unit}/s`),
        ),
      ];
    }),
  ];
}

const MIDDLE = 'text-anchor="middle"';

function colourOf(i: number): string {
  return COLOURS[i % COLOURS.length]!;
}

/** 1, 2, 2.5 or 5 times a power of ten, not below the value. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= value)!;
}

/** `250k`, `1.5M`: for the axis. */
export function short(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  return value >= 1e4 ? `${Number((value / 1e3).toPrecision(3))}k` : String(Number(value.toPrecision(3)));
}
