/** What is typed in an editor is kept in the browser until it is saved or discarded, so that leaving loses nothing. */
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';

const prefix = 'weir.draft.';

export function forgetDrafts() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
}

/** `key` names the thing, `saved` is what the server has. */
export function useDraft<T>(key: string, saved: T) {
  const [value, setValue] = useState<T>(() => {
    const kept = localStorage.getItem(prefix + key);
    return kept ? (JSON.parse(kept) as T) : saved;
  });
  const [keptAt, setKeptAt] = useState<string | null>(() => (localStorage.getItem(prefix + key) ? 'before' : null));
  const keep = useDebouncedCallback((next: T) => {
    localStorage.setItem(prefix + key, JSON.stringify(next));
    setKeptAt(new Date().toLocaleTimeString('sv-SE'));
  }, 500);
  const set = (next: T) => {
    setValue(next);
    keep(next);
  };
  const discard = (to: T = saved) => {
    keep.cancel?.();
    localStorage.removeItem(prefix + key);
    setKeptAt(null);
    setValue(to);
  };
  return { value, set, discard, keptAt };
}
