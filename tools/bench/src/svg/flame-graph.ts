import { type Frame, packageOfFrame, totalOf } from '../profile/cpu-profile.ts';
import { document, escaped, round, text } from './svg.ts';

const WIDTH = 1600;
const ROW = 17;
const TOP = 30;
/** Narrower frames cannot be seen. */
const MIN_WIDTH = 0.4;
/** A letter is about so wide; a frame's name is cut to what fits. */
const LETTER = 6.2;

/**
 * A flame graph: the width of a frame is its share of the time, what it called stands on top of it.
 * Hovering shows the name, the place and the share. The colour says the package.
 */
export function flameGraph(title: string, root: Frame): string {
  const whole = totalOf(root);
  const boxes: { frame: Frame; depth: number; x: number; width: number; total: number }[] = [];
  const place = (frame: Frame, depth: number, x: number): void => {
    const total = totalOf(frame);
    const width = (total / whole) * WIDTH;
    if (!(width >= MIN_WIDTH)) return;
    boxes.push({ frame, depth, x, width, total });
    let at = x;
    for (const child of [...frame.children.values()].sort((a, b) => a.name.localeCompare(b.name))) {
      place(child, depth + 1, at);
      at += (totalOf(child) / whole) * WIDTH;
    }
  };
  place(root, 0, 0);
  const depth = Math.max(0, ...boxes.map((box) => box.depth));
  const height = TOP + (depth + 1) * ROW + 4;
  return document(title, WIDTH, height, [
    text(8, 20, title, 'font-size="14"'),
    ...boxes.map(({ frame, x, width, total, ...box }) => {
      const y = height - 4 - (box.depth + 1) * ROW;
      const share = `${((total / whole) * 100).toFixed(1)} %`;
      const where = frame.file === '' ? '' : ` ${frame.file}:${frame.line}`;
      const name = frame.name.slice(0, Math.max(0, Math.floor((width - 4) / LETTER)));
      return (
        `<g><title>${escaped(`${frame.name}${where}, ${share}`)}</title>` +
        `<rect x="${round(x)}" y="${y}" width="${round(width)}" height="${ROW - 1}" fill="${colourOf(frame)}"/>` +
        `${name.length > 2 ? text(x + 2, y + 12, name) : ''}</g>`
      );
    }),
  ]);
}

/** One hue for each package, so that equal packages look alike in all pictures. */
function colourOf(frame: Frame): string {
  const key = packageOfFrame(frame);
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (hash * 31 + key.charCodeAt(i)) % 360;
  return `hsl(${hash},65%,72%)`;
}
