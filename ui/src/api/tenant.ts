/** In which tenant this page works, for those who belong to several. Each tab has its own, and says it with every request: what
 * one tab does never changes where another one works. */
const key = 'weir.tenant';

/** The tenant that was switched to; null: the one that made the user. */
export function chosenTenant(): string | null {
  return sessionStorage.getItem(key);
}

export function chooseTenant(name: string | null) {
  if (name) sessionStorage.setItem(key, name);
  else sessionStorage.removeItem(key);
}

/** An address of the API that the browser opens by itself, without the headers of a request. */
export function inTenant(address: string): string {
  const tenant = chosenTenant();
  return tenant ? `${address}${address.includes('?') ? '&' : '?'}tenant=${encodeURIComponent(tenant)}` : address;
}

/** Under which the browser keeps what is typed: of one tenant, so that it is not offered in another. */
export function draftKey(name: string): string {
  const tenant = chosenTenant();
  return `weir.draft.${tenant ? `${tenant}/` : ''}${name}`;
}
