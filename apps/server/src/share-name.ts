/**
 * Whether no share can have this name: clients would take it for something else, or could not reach
 * the share. [MS-SMB2] 2.2.9
 */
export function isBadShareName(name: string): boolean {
  return name.trim() === '' || BAD.test(name) || name.length > 80 || name.toLowerCase() === 'ipc$';
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is forbidden here
const BAD = /[\\/:*?"<>|\u0000-\u001f]/;
