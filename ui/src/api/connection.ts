/** Whether the server answers at all. While it does not, one place says so, and it is asked each second whether it is back. */
import { useSyncExternalStore } from 'react';

let since: Date | null = null;
const listeners = new Set<() => void>();
let onBack: () => void = () => undefined;

function become(next: Date | null) {
  if ((since === null) === (next === null)) return;
  since = next;
  for (const listener of listeners) listener();
}

async function wait() {
  while (since) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    try {
      await fetch('/healthz', { cache: 'no-store' });
      become(null);
      onBack();
    } catch {
      // not yet
    }
  }
}

/** `listener` hears when the server answers again. */
export function listenForReturn(listener: () => void) {
  onBack = listener;
}

/** No answer came. */
export class NoAnswer extends TypeError {}

/** fetch, watched. An answer is an answer, whatever it says; what was cut off by us says nothing. */
export async function watchedFetch(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (!(error instanceof TypeError) || request.signal.aborted) throw error;
    if (since === null) {
      become(new Date());
      void wait();
    }
    throw new NoAnswer(error.message, { cause: error });
  }
}

export function useDownSince(): Date | null {
  return useSyncExternalStore((listener) => { listeners.add(listener); return () => listeners.delete(listener); }, () => since);
}
