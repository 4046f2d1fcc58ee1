/** What is typed in an editor is kept in the browser until it is saved or discarded, so that leaving loses nothing. */
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';

import { versionOf } from '../api/client';
import { draftKey } from '../api/tenant';

const prefix = 'weir.draft.';

interface Kept<T> {
  value: T;
  version?: string;
}

export function forgetDrafts() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
}

/** `path` is where the API has the thing, `saved` what it has there. The draft's version is the one that it began with: a save
 * sends it, so that nobody's change is overwritten unseen. */
export function useDraft<T>(key: string, saved: T, path = '') {
  const [kept] = useState<Kept<T> | null>(() => JSON.parse(localStorage.getItem(draftKey(key)) ?? 'null') as Kept<T> | null);
  const [value, setValue] = useState<T>(kept ? kept.value : saved);
  const [version, setVersion] = useState(kept ? kept.version : versionOf(path));
  const [keptAt, setKeptAt] = useState<string | null>(kept ? 'before' : null);
  const keep = useDebouncedCallback((next: T) => {
    localStorage.setItem(draftKey(key), JSON.stringify({ value: next, version }));
    setKeptAt(new Date().toLocaleTimeString('sv-SE'));
  }, 500);
  const set = (next: T) => {
    setValue(next);
    keep(next);
  };
  const discard = (to: T = saved) => {
    keep.cancel?.();
    localStorage.removeItem(draftKey(key));
    setKeptAt(null);
    setValue(to);
    setVersion(versionOf(path));
  };
  return { value, set, discard, keptAt, version };
}
