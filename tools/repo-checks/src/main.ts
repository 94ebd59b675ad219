import { importsWithin } from './graph.ts';
import { importsOf, ROOMS, roomOf, sentenceOf } from './rooms.ts';

/**
 * `node tools/repo-checks/src/main.ts`: prints the rooms of each package, which rooms each may
 * import, and which it does import.
 */
for (const [owner, rooms] of Object.entries(ROOMS)) {
  console.log(`\n${owner}`);
  const imports = importsWithin(owner);
  for (const room of rooms) {
    const used = new Set(
      imports.flatMap(({ from, to }) => (roomOf(rooms, from) === room ? [roomOf(rooms, to)?.name ?? to] : [])),
    );
    used.delete(room.name);
    const sentence = sentenceOf(owner, room.name);
    console.log(`  ${room.name}${sentence === '' ? '' : `: ${sentence}`}`);
    console.log(
      `      may import ${importsOf(rooms, room).join(', ') || 'nothing'}; imports ${[...used].join(', ') || 'nothing'}`,
    );
  }
}
