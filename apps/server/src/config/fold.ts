/** Names are compared without case and without spaces, hyphens and underscores, as Samba does. */
export function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/g, '');
}
