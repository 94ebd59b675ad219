/**
 * Throws for a name that Windows does not allow for a user: it has control characters or a few
 * others.
 */
export function checkUserName(name: string): void {
  if (!isUserName(name)) throw new Error(`not a user name: ${name}`);
}

/** Whether an account can have that name. */
export function isUserName(name: string): boolean {
  return name !== '' && name.length <= 64 && [...name].every((c) => c >= ' ' && !'"/\\[]:;|=,+*?<>'.includes(c));
}
