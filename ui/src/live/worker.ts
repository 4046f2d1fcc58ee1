/** The shared worker: the connection, and the tabs that listen. */
import { Connection, type Listener, type News, type Topic } from './connection';

export type ToWorker = { topics: Topic[]; tenant: string | null } | { forget: true } | { bye: true };

/** One for each tenant that a tab works in: what happens in one is no news for the other. */
const connections = new Map<string | null, Connection>();

function connectionOf(tenant: string | null): Connection {
  const known = connections.get(tenant) ?? new Connection(tenant);
  connections.set(tenant, known);
  return known;
}

(self as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => {
  const port = event.ports[0]!;
  const listener: Listener = { topics: new Set(), hear: (news: News) => port.postMessage(news) };
  let connection: Connection | null = null;
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if ('topics' in data) {
      connection ??= connectionOf(data.tenant);
      connection.set(listener, new Set(data.topics));
    } else if ('forget' in data) {
      for (const each of connections.values()) each.forget();
    } else connection?.remove(listener);
  };
};
