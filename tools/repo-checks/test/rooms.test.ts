import test from 'ava';
import { circlesOf, importsWithin } from '../src/graph.ts';
import { importsOf, ROOMS, roomOf, sentenceOf } from '../src/rooms.ts';
import { files } from '../src/tree.ts';

for (const [owner, rooms] of Object.entries(ROOMS)) {
  const imports = importsWithin(owner);

  test(`${owner}: every import between rooms points down the table`, (t) => {
    t.true(imports.length > 20);
    for (const { from, to } of imports) {
      const [room, target] = [roomOf(rooms, from), roomOf(rooms, to)];
      if (room === undefined || target === undefined) t.fail(`${from} imports ${to}: not in the table`);
      else if (room !== target) t.true(importsOf(rooms, room).includes(target.name), `${from} imports ${to}`);
    }
  });

  test(`${owner}: a room may import rooms before it only`, (t) => {
    rooms.forEach((room, i) => {
      const before = rooms.slice(0, i).map(({ name }) => name);
      for (const name of importsOf(rooms, room)) t.true(before.includes(name), `${room.name} may import ${name}`);
    });
  });

  test(`${owner}: no files import one another's values in a circle, and types in one room at most`, (t) => {
    t.deepEqual(circlesOf(imports.filter(({ isOfTypes }) => !isOfTypes)), []);
    for (const circle of circlesOf(imports)) {
      const inside = new Set(circle.map((file) => roomOf(rooms, file)));
      t.true(inside.size === 1 && [...inside][0]?.hasCircleOfTypes === true, circle.join(', '));
    }
  });
}

test('each room of smb2-server says what lives there, and is entered by its index', (t) => {
  const owner = 'packages/smb2-server';
  for (const { name, files: atTop } of ROOMS[owner]!) {
    if (atTop === undefined && name !== 'testing') t.regex(sentenceOf(owner, name), /^[A-Z].*\.$/, name);
  }
  for (const { from, to } of importsWithin(owner)) {
    const [room = ''] = to.split('/');
    if (room === to || room === 'testing' || from.startsWith(`${room}/`)) continue;
    t.is(to, `${room}/index.ts`, `${from} imports ${to}`);
  }
});

test('a package whose sources have folders has its rooms in the table', (t) => {
  for (const file of files()) {
    const owner = /^(packages\/[^/]+)\/src\/[^/]+\/[^/]+\.ts$/.exec(file)?.[1];
    if (owner !== undefined) t.true(owner in ROOMS, `${file}: ${owner} has no rooms`);
  }
});

test('a circle of imports is found', (t) => {
  const imports = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
    ['c', 'd'],
  ].map(([from = '', to = '']) => ({ from, to, isOfTypes: false }));
  t.deepEqual(circlesOf(imports), [['a', 'b', 'c']]);
});
