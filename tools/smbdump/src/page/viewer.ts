/// <reference lib="dom" />
import type { View } from '../viewer/model.ts';
import { detailView } from './detail.ts';
import { element } from './dom.ts';
import { latencyView } from './latency.ts';
import { listView } from './list.ts';
import { sequenceView } from './sequence.ts';
import { State } from './state.ts';
import { timelineView } from './timeline.ts';

const VIEWS = [
  { name: 'List', make: listView },
  { name: 'Sequence', make: sequenceView },
  { name: 'Opens and leases', make: timelineView },
  { name: 'Latency', make: latencyView },
] as const;

/** Puts the viewer of a capture into the page. */
export function showView(view: View, into: HTMLElement): void {
  const state = new State(view);
  const { model } = view;
  const filter = element('input', 'filter');
  filter.type = 'search';
  filter.placeholder = 'filter: read -status:ok file:report latency:>5 client:10.0.0.7';
  filter.setAttribute('aria-label', 'Filter');
  const count = element('span', 'dim');
  const tell = (): void => {
    count.classList.toggle('error', state.problem !== '');
    if (state.problem !== '') count.textContent = state.problem;
    else
      count.textContent = `${state.visible.length.toLocaleString('en')} of ${model.rows.length.toLocaleString('en')} PDUs`;
  };
  let timer = 0;
  filter.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      state.filter(filter.value);
      into.dataset['filter'] = filter.value;
    }, 120);
  });
  state.onChange(tell);
  tell();

  const panes = VIEWS.map(({ make }) => make(state));
  const tabs = VIEWS.map(({ name }, i) => {
    const tab = element('button', 'tab', name);
    tab.addEventListener('click', () => open(i));
    return tab;
  });
  const open = (chosen: number): void => {
    panes.forEach((pane, i) => {
      pane.hidden = i !== chosen;
      tabs[i]!.classList.toggle('chosen', i === chosen);
    });
  };
  open(0);
  document.title = `smbdump: ${model.title}`;
  into.replaceChildren(
    element('header', '', element('strong', '', model.title), filter, count, element('nav', '', ...tabs)),
    ...model.notes.map((note) => element('p', 'note', note)),
    element('main', '', ...panes),
    detailView(state),
  );
}
