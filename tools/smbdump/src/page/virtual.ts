/// <reference lib="dom" />
import { element } from './dom.ts';

/** Browsers give an element no more than some 33 million pixels. */
const MAX_HEIGHT = 16_000_000;

/**
 * A box that scrolls over `count` lines of which only those in sight exist. With more lines than
 * fit into an element's height the scroll bar stands for a part of them.
 */
export class VirtualScroll {
  readonly box: HTMLElement;
  readonly content: HTMLElement;
  readonly lineHeight: number;
  readonly #spacer: HTMLElement;
  readonly #draw: (first: number, count: number) => void;
  #count = 0;
  #pending = false;

  /** @param content shown over the box, as large as what is in sight */
  constructor(content: HTMLElement, lineHeight: number, draw: (first: number, count: number) => void) {
    this.lineHeight = lineHeight;
    this.content = content;
    this.#draw = draw;
    this.#spacer = element('div', 'spacer');
    content.classList.add('sticky');
    this.box = element('div', 'scroll', content, this.#spacer);
    this.box.tabIndex = 0;
    this.box.addEventListener('scroll', () => this.refresh(), { passive: true });
    new ResizeObserver(() => this.refresh()).observe(this.box);
  }

  /** The first line in sight. */
  get first(): number {
    const { scrollTop, scrollHeight, clientHeight } = this.box;
    const most = Math.max(0, this.#count - this.#inSight());
    const range = scrollHeight - clientHeight;
    return range <= 0 ? 0 : Math.min(most, Math.round((scrollTop / range) * most));
  }

  resize(count: number): void {
    this.#count = count;
    // The content takes one screen of the height itself.
    const height = Math.min(MAX_HEIGHT, count * this.lineHeight);
    this.#spacer.style.height = `${Math.max(0, height - this.box.clientHeight)}px`;
    this.refresh();
  }

  /** Scrolls so that a line is in sight. */
  reveal(line: number): void {
    const { first } = this;
    const inSight = this.#inSight();
    if (line >= first && line < first + inSight - 1) return;
    const most = Math.max(1, this.#count - inSight);
    const { scrollHeight, clientHeight } = this.box;
    this.box.scrollTop = (Math.max(0, line - inSight / 2) / most) * (scrollHeight - clientHeight);
    this.refresh();
  }

  refresh(): void {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      const { first } = this;
      this.#draw(first, Math.min(this.#inSight() + 1, this.#count - first));
    });
  }

  #inSight(): number {
    return Math.max(1, Math.floor(this.box.clientHeight / this.lineHeight));
  }
}
