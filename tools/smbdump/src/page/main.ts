/// <reference lib="dom" />
import { unpack } from '../viewer/packed.ts';
import { element } from './dom.ts';
import { dropView } from './drop.ts';
import { showView } from './viewer.ts';

/** A page with a capture in it shows that; one without asks for a file. */
async function start(): Promise<void> {
  const root = document.getElementById('app')!;
  const model = document.getElementById('model')?.textContent ?? '';
  const bytes = document.getElementById('bytes')?.textContent ?? '';
  if (model === '') root.replaceChildren(dropView((view) => showView(view, root)));
  else showView(await unpack({ model, bytes }), root);
  root.dataset['ready'] = 'yes';
}

start().catch((error: unknown) => {
  document.getElementById('app')!.replaceChildren(element('p', 'note error', String(error)));
});
