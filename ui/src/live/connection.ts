/** One connection to GET /api/v0/live for all who listen (docs/spec/live.md). It runs in a shared worker, once for a browser: with
 * one for each tab the seventh tab would hang, since a browser opens six connections to a server. Where there is no such worker, it runs
 * in the tab. What is known of rates, runs and needs is kept, so that whoever comes later needs no new connection. */

export type Topic = string; // rates, runs, needs-you, tail:STREAM_ID, tail:STREAM_ID:FILTER

/** What listeners are told. A tail hears of its payloads (events.ts), that they are shown from now on ({}), and how many it lost,
 * since this browser read too slowly ({ payloads: 3 }). */
export type News =
  | { kind: 'event'; topic: Topic; data: unknown }
  | { kind: 'refused'; topic: Topic; message: string }
  | { kind: 'connection'; live: boolean; since: string };

export interface Listener {
  topics: ReadonlySet<Topic>;
  hear: (news: News) => void;
}

interface StreamRate { stream_id: string }
interface Run { id: string }

const events = ['tail-from', 'tail', 'lost', 'rates', 'runs', 'needs-you', 'heartbeat', 'end'];
const silentAfter = 30_000; // a heartbeat comes every 15 s
const tailsMax = 8;
const runsKept = 200;

export class Connection {
  private readonly listeners = new Set<Listener>();
  private source: EventSource | null = null;
  private open: Topic[] = [];
  private lastId = '';
  private wait = 1_000;
  private live = false;
  private since = new Date().toISOString();
  private readonly refused = new Map<Topic, string>();
  private again: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private readonly rates = new Map<string, StreamRate>();
  private readonly runs = new Map<string, Run>();
  private needs: unknown = null;
  private hasTail = false; // payloads from now on are shown

  /** `tenant`: the one that was switched to; null: the one that made the user. */
  constructor(private readonly tenant: string | null) {}

  add(listener: Listener) {
    this.listeners.add(listener);
    this.changed(listener, listener.topics);
  }

  remove(listener: Listener) {
    if (this.listeners.delete(listener)) this.settle();
  }

  /** The listener's topics are others now. */
  set(listener: Listener, topics: ReadonlySet<Topic>) {
    const added = new Set([...topics].filter((each) => !listener.topics.has(each)));
    listener.topics = topics;
    this.listeners.add(listener); // a page that the browser had put away is back
    this.changed(listener, added);
  }

  /** Somebody else is signed in: what is known is not theirs. */
  forget() {
    this.rates.clear();
    this.runs.clear();
    this.needs = null;
    this.refused.clear();
    this.lastId = '';
    this.close();
    this.settle();
  }

  private changed(listener: Listener, added: ReadonlySet<Topic>) {
    listener.hear({ kind: 'connection', live: this.live, since: this.since });
    for (const topic of added) {
      this.refused.delete(topic);
      if (!this.open.includes(topic)) continue;
      if (this.hasTail && topic.startsWith('tail:')) listener.hear({ kind: 'event', topic, data: {} });
      if (topic === 'rates') listener.hear({ kind: 'event', topic, data: { streams: [...this.rates.values()] } });
      if (topic === 'runs') listener.hear({ kind: 'event', topic, data: { runs: [...this.runs.values()] } });
      if (topic === 'needs-you' && this.needs) listener.hear({ kind: 'event', topic, data: this.needs });
    }
    this.settle();
  }

  private wanted(): Topic[] {
    const all = new Set([...this.listeners].flatMap((each) => [...each.topics]));
    return [...all].filter((each) => !this.refused.has(each)).sort();
  }

  /** Several changes of one moment, such as a page's, make one connection. */
  private settle() {
    clearTimeout(this.again);
    this.again = setTimeout(() => {
      const wanted = this.wanted();
      if (this.source && wanted.join() === this.open.join()) return;
      // What came while nobody looked is not shown: only a break is made up for.
      const goesOn = wanted.some((each) => each.startsWith('tail:') && (!this.source || this.open.includes(each)));
      if (!goesOn) this.lastId = '';
      this.close();
      if (wanted.length > 0) this.connect(wanted);
    }, 20);
  }

  private close() {
    this.source?.close();
    this.source = null;
    this.open = [];
    this.hasTail = false;
    clearTimeout(this.silence);
  }

  private address(topics: Topic[]): string {
    const query = new URLSearchParams({ topics: topics.map(encodeURIComponent).join(',') });
    if (this.tenant) query.set('tenant', this.tenant);
    if (this.lastId) query.set('last_event_id', this.lastId);
    return `/api/v0/live?${query.toString()}`;
  }

  private connect(topics: Topic[]) {
    const source = new EventSource(this.address(topics));
    this.source = source;
    this.open = topics;
    for (const name of events) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (this.source === source) this.take(name, event);
      });
    }
    source.onopen = () => this.source === source && this.isLive(true);
    source.onerror = () => {
      if (this.source !== source) return;
      this.isLive(false);
      // An answer that is no stream of events ends an EventSource for good, without a word why.
      const isRefused = source.readyState === EventSource.CLOSED;
      this.close();
      if (isRefused) void this.learnWhy(topics).then((found) => (found ? this.settle() : this.retry()));
      else this.retry();
    };
    this.expectWord();
  }

  private retry() {
    clearTimeout(this.again);
    this.again = setTimeout(() => this.settle(), this.wait);
    this.wait = Math.min(this.wait * 2, 30_000);
  }

  private expectWord() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.isLive(false);
      this.close();
      this.retry();
    }, silentAfter);
  }

  private isLive(live: boolean) {
    if (live === this.live) return;
    this.live = live;
    this.since = new Date().toISOString();
    this.tell({ kind: 'connection', live, since: this.since });
  }

  private take(name: string, event: MessageEvent<string>) {
    this.expectWord();
    if (event.lastEventId) this.lastId = event.lastEventId;
    if (name === 'end') {
      this.close();
      this.isLive(false);
      this.retry();
      return;
    }
    this.wait = 1_000;
    this.isLive(true);
    const data: unknown = JSON.parse(event.data);
    if (name === 'tail') this.tell({ kind: 'event', topic: (data as { topic: Topic }).topic, data });
    if (name === 'tail-from' || name === 'lost') {
      this.hasTail = true;
      for (const topic of this.open.filter((each) => each.startsWith('tail:'))) this.tell({ kind: 'event', topic, data });
    }
    if (name === 'rates' || name === 'runs' || name === 'needs-you') {
      this.keep(name, data);
      this.tell({ kind: 'event', topic: name, data });
    }
  }

  private keep(name: 'rates' | 'runs' | 'needs-you', data: unknown) {
    if (name === 'needs-you') this.needs = data;
    const { whole, streams = [], runs = [] } = data as { whole?: boolean; streams?: StreamRate[]; runs?: Run[] };
    if (name === 'rates') {
      if (whole) this.rates.clear();
      for (const each of streams) this.rates.set(each.stream_id, each);
    }
    if (name === 'runs') {
      if (whole) this.runs.clear();
      for (const each of runs) this.runs.set(each.id, each);
      for (const id of [...this.runs.keys()].sort().slice(0, Math.max(0, this.runs.size - runsKept))) this.runs.delete(id);
    }
  }

  private tell(news: News) {
    for (const each of this.listeners) {
      if (news.kind === 'connection' || each.topics.has(news.topic)) each.hear(news);
    }
  }

  /** Each topic is asked for alone: one that is refused must not end the others. Whether one was. */
  private async learnWhy(topics: Topic[]): Promise<boolean> {
    const before = this.refused.size;
    const tails = topics.filter((each) => each.startsWith('tail:'));
    for (const topic of tails.slice(tailsMax)) this.refuse(topic, `A browser shows the payloads of ${tailsMax} streams at once. Close another page that does.`);
    for (const topic of topics) {
      const answer = await fetch(this.address([topic])).catch(() => null);
      if (!answer) break;
      if (answer.ok) {
        void answer.body?.cancel();
        continue;
      }
      if (answer.status !== 400 && answer.status !== 403 && answer.status !== 404) break;
      const why = (await answer.json().catch(() => ({}))) as { message?: string };
      this.refuse(topic, why.message ?? `The server refused with ${answer.status}.`);
    }
    return this.refused.size > before;
  }

  private refuse(topic: Topic, message: string) {
    this.refused.set(topic, message);
    this.tell({ kind: 'refused', topic, message });
  }
}
