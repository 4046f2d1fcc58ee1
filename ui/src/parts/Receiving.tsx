import { rate } from './amounts';
import { State } from './State';
import { Ago } from './Time';
import { useRates } from '../live/useLive';

const silentAfter = 60_000; // ms

/** Whether payloads come now, and how many. */
export function Receiving({ stream }: { stream: string }) {
  const rates = useRates();
  const own = rates?.get(stream);
  if (!own) return null;
  if (own.per_second > 0) return <State tone="ok">{`Receiving ${rate(own.per_second)}/s`}</State>;
  if (!own.last_payload_at) return <State tone="waiting">No payload yet</State>;
  const isSilent = Date.now() - Date.parse(own.last_payload_at) > silentAfter;
  return <>{isSilent && <State tone="waiting">Silent</State>} <span className="quiet">last payload <Ago at={own.last_payload_at} /></span></>;
}

/** The same in a row of a list. */
export function RateCell({ stream }: { stream: string }) {
  const own = useRates()?.get(stream);
  return <>{own ? `${rate(own.per_second)}/s` : ''}</>;
}

export function LastPayload({ stream }: { stream: string }) {
  const own = useRates()?.get(stream);
  return own ? <span className="quiet"><Ago at={own.last_payload_at} /></span> : null;
}
