/** The control API, typed by api/control.yaml. A session's cookie goes with each request by itself; what changes something
 * carries the session's CSRF token, which lives in this module's memory only. */
import createFetchClient from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';

import { NoAnswer, watchedFetch } from './connection';
import { withExactNumbers } from './exact_numbers';
import type { components, paths } from './schema';
import { chooseTenant, chosenTenant } from './tenant';

export type Schema = components['schemas'];
export type ApiError = Schema['Error'];

let csrfToken: string | null = null;
let onSignedOut: () => void = () => undefined;

export function keepCsrfToken(token: string | null) {
  csrfToken = token;
}

/** `listener` hears when the server no longer knows the session. */
export function listenForSignOut(listener: () => void) {
  onSignedOut = listener;
}

/** The ETag that each thing was last answered with, by its path. */
const versions = new Map<string, string>();

export function versionOf(path: string): string | undefined {
  return versions.get(path);
}

/** The header of an edit that is refused where the thing has changed since it had this version. */
export function ifMatch(version: string | undefined) {
  return version ? { 'If-Match': version } : {};
}

export const api = createFetchClient<paths>({ baseUrl: window.location.origin, fetch: watchedFetch });

api.use({
  onRequest({ request }) {
    if (request.method !== 'GET' && csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
    const tenant = chosenTenant();
    if (tenant) request.headers.set('X-Amperity-Tenant', tenant);
    return request;
  },
  async onResponse({ request, response }) {
    if (response.status === 401 && !request.url.endsWith('/api/v0/session')) onSignedOut();
    if (response.status === 403 && chosenTenant() && request.url.endsWith('/api/v0/me')) {
      chooseTenant(null); // one does not belong to it any more
      window.location.assign('/ui/');
    }
    const version = response.ok && response.headers.get('ETag');
    if (version) versions.set(new URL(request.url).pathname, version);
    if (!response.headers.get('Content-Type')?.startsWith('application/json')) return response;
    if (response.status === 204) return response;
    const text = withExactNumbers(await response.text());
    const headers = new Headers(response.headers);
    headers.delete('Content-Length');
    return new Response(text, { status: response.status, headers });
  },
});

export const $api = createQueryClient(api);

/** What the reader sees of a failure: the API's own message, or that no answer came. */
export function messageOf(error: unknown): string {
  if (isApiError(error)) return error.message;
  if (error instanceof NoAnswer || (error instanceof TypeError && /fetch|network|load failed/i.test(error.message))) return 'The server does not answer. Is it running, and is this machine still connected to it?';
  return error instanceof Error ? error.message : String(error);
}

/** What is asked again later is answered. */
export function isBusy(error: unknown): boolean {
  return isApiError(error) && Number(error.status) === 429;
}

export type Mismatch = Schema['Mismatch'];

/** Somebody else has saved another content meanwhile. */
export function isMismatch(error: unknown): error is Mismatch {
  return isApiError(error) && Number(error.status) === 412 && 'fields' in error;
}

export function isApiError(error: unknown): error is ApiError {
  return typeof error === 'object' && error !== null && 'message' in error && 'status' in error;
}
