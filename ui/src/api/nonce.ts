/** The nonce of this page's content security policy; only styles that carry it apply. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '';
