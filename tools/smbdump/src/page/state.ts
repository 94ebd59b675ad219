import { UnknownNameError } from '../output/names.ts';
import type { Row, View } from '../viewer/model.ts';
import { rowFilter } from './row-filter.ts';

/** What the parts of the page share. */
export class State {
  readonly view: View;
  /** Indexes of the rows that the filter lets through. */
  visible: Uint32Array;
  /** What is wrong with the filter's text, or nothing. */
  problem = '';
  /** Index of the row whose details are shown; -1 for none. */
  selected = -1;
  /**
   * Times of the earliest and the latest row: one that waited for a lost packet stands behind later
   * ones.
   */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly #listeners: ((what: 'filter' | 'selection') => void)[] = [];

  constructor(view: View) {
    this.view = view;
    this.visible = Uint32Array.from(view.model.rows, (_, i) => i);
    const { rows } = view.model;
    this.firstUs = rows.reduce((least, { timeUs }) => Math.min(least, timeUs), rows[0]?.timeUs ?? 0);
    this.lastUs = rows.reduce((most, { timeUs }) => Math.max(most, timeUs), this.firstUs);
  }

  get rows(): readonly Row[] {
    return this.view.model.rows;
  }

  onChange(listener: (what: 'filter' | 'selection') => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Shows the rows that fit a text. What is wrong with the text is in `problem`, and the rows stay
   * as they were.
   */
  filter(text: string): void {
    let passes: (row: Row) => boolean;
    this.problem = '';
    try {
      passes = rowFilter(text, this.view.model);
    } catch (error) {
      if (!(error instanceof UnknownNameError)) throw error;
      this.problem = error.message;
      this.#tell('filter');
      return;
    }
    const { rows } = this;
    const found = new Uint32Array(rows.length);
    let count = 0;
    for (let i = 0; i < rows.length; i++) if (passes(rows[i]!)) found[count++] = i;
    this.visible = found.slice(0, count);
    this.#tell('filter');
  }

  select(index: number): void {
    this.selected = index;
    this.#tell('selection');
  }

  #tell(what: 'filter' | 'selection'): void {
    for (const listener of this.#listeners) listener(what);
  }
}
