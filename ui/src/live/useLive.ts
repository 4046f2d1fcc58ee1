/** Live values of the server for the parts of a page: rates, runs, what needs a person, and whether the connection is up. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';

import type { Schema } from '../api/client';
import type { NeedsYou, Rates, Runs, StreamRate } from './events';
import { connectionState, listen, listenForConnection } from './live';

/** A value of one topic, kept while somebody on the page shows it. */
class Store<Value, Data> {
  private value: Value | null = null;
  private readonly shown = new Set<() => void>();
  private stop: (() => void) | null = null;
  constructor(
    private readonly topic: string,
    private readonly next: (before: Value | null, data: Data) => Value,
  ) {}

  readonly subscribe = (show: () => void) => {
    this.shown.add(show);
    this.stop ??= listen(this.topic, (news) => {
      if (news.kind !== 'event') return;
      this.value = this.next(this.value, news.data as Data);
      for (const each of this.shown) each();
    });
    return () => {
      this.shown.delete(show);
      if (this.shown.size > 0) return;
      this.stop?.();
      this.stop = null;
      this.value = null;
    };
  };
  readonly read = () => this.value;
}

type ById<T> = ReadonlyMap<string, T>;

const rates = new Store<ById<StreamRate>, Rates>('rates', (before, { whole, streams }) => {
  const all = new Map(whole ? [] : before);
  for (const each of streams) all.set(each.stream_id, each);
  return all;
});
const runs = new Store<ById<Schema['Run']>, Runs>('runs', (before, data) => {
  const all = new Map(data.whole ? [] : before);
  for (const each of data.runs) all.set(each.id, each);
  return all;
});
const needs = new Store<NeedsYou['items'], NeedsYou>('needs-you', (_, { items }) => items);

/** Null until the server has told. */
export const useRates = () => useSyncExternalStore(rates.subscribe, rates.read);
export const useLiveRuns = () => useSyncExternalStore(runs.subscribe, runs.read);
/** Acts when a run began, went on or ended. */
export function useRunsChanged(act: () => unknown) {
  const told = useLiveRuns();
  const now = useRef(act);
  now.current = act;
  useEffect(() => {
    if (told) now.current();
  }, [told]);
}

export const useNeedsYou = () => useSyncExternalStore(needs.subscribe, needs.read);

const saidAfter = 3_000;

/** Since when nothing live comes, once that is worth a word; null while all is well. */
export function useNotLiveSince(): string | null {
  const state = useSyncExternalStore(listenForConnection, connectionState);
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    setSaid(null);
    if (state.live) return undefined;
    const timer = setTimeout(() => setSaid(state.since), saidAfter);
    return () => clearTimeout(timer);
  }, [state]);
  return said;
}
