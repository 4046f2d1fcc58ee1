/** The payloads of a stream as they come, after their 202. Rows are plain elements that the browser lays out only where they are
 * seen: at 200 a second, parts of a component library would keep the page busy. */
import { Button, Group, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

import { count, rate } from '../../parts/amounts';
import { Empty } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { State } from '../../parts/State';
import { useNotLiveSince } from '../../live/useLive';
import { utc } from '../../parts/Time';
import { PayloadLine } from './PayloadLine';
import { useTail } from './useTail';

export function LiveTail({ stream }: { stream: string }) {
  const { filter = '' } = useSearch({ from: '/inside/streams/$id/{-$tab}' });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(filter);
  const [paused, setPaused] = useState(false);
  const [over, setOver] = useState(false); // the pointer, or scrolled away from the newest
  const [opened, setOpened] = useState<string | null>(null);
  const [since, setSince] = useState(() => new Date().toISOString());
  useEffect(() => setSince(new Date().toISOString()), [filter]);
  const list = useRef<HTMLDivElement>(null);
  const tail = useTail(stream, filter, paused || over || opened !== null);
  const notLive = useNotLiveSince();
  const apply = (text: string) => void navigate({ to: '.', search: text ? { filter: text } : {}, replace: true });
  const showNew = () => {
    list.current?.scrollTo({ top: 0 });
    tail.show();
  };
  return (
    <Section title="Live tail" flush
      note={<>since {utc(since)}</>}
      actions={<Button variant="default" aria-pressed={paused} onClick={() => setPaused(!paused)}>{paused ? 'Continue' : 'Pause'}</Button>}>
      <Group p="sm" gap="sm" align="start">
        <form style={{ flex: '1 1 260px' }} onSubmit={(event) => { event.preventDefault(); apply(typed.trim()); }}>
          <TextInput aria-label="Filter" placeholder="total > 100, or a text" value={typed} error={tail.refused} onChange={(event) => setTyped(event.currentTarget.value)}
            onBlur={() => typed.trim() !== filter && apply(typed.trim())} />
        </form>
        <div className="tailstate" role="status" aria-live="off">
          {notLive ? <State tone="failed">{`Not live since ${utc(notLive).slice(11)}`}</State> : paused ? <State tone="waiting">Paused</State> : !tail.listening ? <State tone="waiting">Connecting</State> : <State tone="ok">Live</State>}
          <span className="quiet">showing {rate(tail.perSecond.shown)} of {rate(tail.perSecond.accepted)}/s</span>
          {tail.leftOut > 0 && <span className="quiet">left out {count(tail.leftOut)}</span>}
          {tail.notMatching > 0 && <span className="quiet">{count(tail.notMatching)} did not match</span>}
          {tail.waiting > 0 && <button type="button" className="linklike" onClick={showNew}>{count(tail.waiting)} waiting: show</button>}
        </div>
      </Group>
      {tail.shown.length === 0 ? (
        <Empty>{filter ? 'None that matches has come since then.' : 'Listening. A payload is shown here after its 202; nothing that came before is.'}</Empty>
      ) : (
        <div className="tail" ref={list} role="list" aria-label="Payloads as they come" tabIndex={0}
          onMouseEnter={() => setOver(true)} onMouseLeave={() => setOver((list.current?.scrollTop ?? 0) > 0)}
          onScroll={(event) => event.currentTarget.scrollTop > 0 && setOver(true)}>
          {tail.shown.map((each) => <PayloadLine key={each.receipt} payload={each} isOpen={opened === each.receipt} onOpen={setOpened} />)}
        </div>
      )}
    </Section>
  );
}
