/** This tab's part of the live connection: who on the page listens to which topic. */
import { chosenTenant } from '../api/tenant';
import { Connection, type Listener, type News, type Topic } from './connection';
import type { ToWorker } from './worker';

type Hear = (news: News) => void;

const listeners = new Map<Topic, Set<Hear>>();
const onConnection = new Set<Hear>();
let state: Extract<News, { kind: 'connection' }> = { kind: 'connection', live: false, since: new Date().toISOString() };
let send: ((message: ToWorker) => void) | null = null;

function take(news: News) {
  if (news.kind === 'connection') {
    state = news;
    for (const hear of onConnection) hear(news);
    return;
  }
  for (const hear of listeners.get(news.topic) ?? []) hear(news);
}

/** Opened by the first who listens, so that pages without live parts need none. */
function start(): (message: ToWorker) => void {
  if ('SharedWorker' in window) {
    const { port } = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'weir-live' });
    port.onmessage = ({ data }: MessageEvent<News>) => take(data);
    window.addEventListener('pagehide', () => port.postMessage({ bye: true } satisfies ToWorker));
    return (message) => port.postMessage(message);
  }
  const own = new Connection(chosenTenant());
  const listener: Listener = { topics: new Set(), hear: take };
  own.add(listener);
  document.addEventListener('visibilitychange', () => (document.hidden ? own.remove(listener) : own.add(listener)));
  return (message) => {
    if ('topics' in message) own.set(listener, new Set(message.topics));
    else if ('forget' in message) own.forget();
  };
}

function tellTopics() {
  send ??= start();
  send({ topics: [...listeners.keys()], tenant: chosenTenant() });
}

/** Hears of the topic until the returned function is called. */
export function listen(topic: Topic, hear: Hear): () => void {
  const all = listeners.get(topic) ?? new Set<Hear>();
  const isNew = all.size === 0;
  all.add(hear);
  listeners.set(topic, all);
  if (isNew) tellTopics();
  return () => {
    all.delete(hear);
    if (all.size > 0 || listeners.get(topic) !== all) return;
    listeners.delete(topic);
    tellTopics();
  };
}

export function listenForConnection(hear: () => void): () => void {
  onConnection.add(hear);
  return () => onConnection.delete(hear);
}

export const connectionState = () => state;

/** After somebody has signed in. */
export function forgetLive() {
  send?.({ forget: true });
}
