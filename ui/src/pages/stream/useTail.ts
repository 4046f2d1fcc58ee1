/** The newest payloads of a stream as they come. What comes while the reader holds the list waits behind a count. */
import { useCallback, useEffect, useRef, useState } from 'react';

import type { TailNews, TailPayload } from '../../live/events';
import { listen } from '../../live/live';

const kept = 500;
const rateOver = 5_000; // ms

export interface Tail {
  shown: TailPayload[]; // the newest first
  waiting: number;
  leftOut: number; // accepted and not shown since the beginning, beside those that a filter looked at
  notMatching: number;
  perSecond: { shown: number; accepted: number };
  listening: boolean; // payloads from now on are shown
  refused: string | null;
  show: () => void;
}

interface Counts {
  leftOut: number;
  notMatching: number;
  perSecond: { shown: number; accepted: number };
}

const none: Counts = { leftOut: 0, notMatching: 0, perSecond: { shown: 0, accepted: 0 } };

export function useTail(stream: string, filter: string, held: boolean): Tail {
  const [shown, setShown] = useState<TailPayload[]>([]);
  const [counts, setCounts] = useState(none);
  const [waitingCount, setWaitingCount] = useState(0);
  const [refused, setRefused] = useState<string | null>(null);
  const [listening, setListening] = useState(false);
  const waiting = useRef<TailPayload[]>([]); // the newest first
  const waited = useRef(0);
  const holds = useRef(held);
  holds.current = held;

  const show = useCallback(() => {
    const come = waiting.current;
    waiting.current = [];
    waited.current = 0;
    setWaitingCount(0);
    if (come.length > 0) setShown((before) => [...come, ...before].slice(0, kept));
  }, []);

  useEffect(() => {
    setShown([]);
    setCounts(none);
    setRefused(null);
    setListening(false);
    setWaitingCount(0);
    waiting.current = [];
    waited.current = 0;
    const last: { at: number; shown: number; accepted: number }[] = [];
    let leftOut = 0;
    let notMatching = 0;
    const tally = (news?: TailNews) => {
      const now = performance.now();
      if (news) last.push({ at: now, shown: news.payloads.length, accepted: news.accepted });
      while (last[0] && now - last[0].at > rateOver) last.shift();
      const sum = (of: 'shown' | 'accepted') => last.reduce((all, each) => all + each[of], 0) / (rateOver / 1000);
      setCounts({ leftOut, notMatching, perSecond: { shown: sum('shown'), accepted: sum('accepted') } });
    };
    const stop = listen(`tail:${stream}${filter ? `:${filter}` : ''}`, (news) => {
      if (news.kind === 'refused') return setRefused(news.message);
      if (news.kind !== 'event') return;
      setListening(true);
      const data = news.data as TailNews | { payloads?: number };
      if (!Array.isArray(data.payloads)) {
        leftOut += data.payloads ?? 0;
        return;
      }
      const told = data as TailNews;
      leftOut += told.left_out + (told.missed ?? 0);
      notMatching += told.not_matching;
      waiting.current = [...told.payloads.slice().reverse(), ...waiting.current].slice(0, kept);
      waited.current += told.payloads.length;
      if (document.hidden) return; // drawn when it is looked at again
      tally(told);
      if (holds.current) setWaitingCount(waited.current);
      else show();
    });
    // A rate falls when nothing comes, too.
    const timer = setInterval(() => {
      if (last.length > 0 && !document.hidden) tally();
    }, 1_000);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [stream, filter, show]);

  useEffect(() => {
    if (!held) show();
  }, [held, show]);

  return { shown, waiting: waitingCount, ...counts, listening, refused, show };
}
