/** One payload in a list of them: a line, and all of it once it is opened. */
import { memo } from 'react';

import type { TailPayload } from '../../live/events';
import { bytes } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Payload } from '../../parts/Payload';
import { utc } from '../../parts/Time';

const lineCharacters = 300;

export const PayloadLine = memo(function PayloadLine({ payload, isOpen, onOpen }: { payload: TailPayload; isOpen: boolean; onOpen: (receipt: string | null) => void }) {
  const text = payload.payload ?? `${payload.payload_base64?.slice(0, 40) ?? ''}… (no text)`;
  return (
    <div role="listitem" className={isOpen ? 'line open' : 'line'}>
      <button type="button" aria-expanded={isOpen} onClick={() => onOpen(isOpen ? null : payload.receipt)}>
        <span>{payload.received_at.slice(11, 23)}Z</span>
        <span className="quiet">{payload.receipt.slice(0, 4)}…{payload.receipt.slice(-4)}</span>
        <span className="quiet number">{bytes(payload.bytes)}</span>
        <span className="text">{text.slice(0, lineCharacters).replaceAll('\n', ' ')}</span>
      </button>
      {isOpen && (
        <div className="opened">
          <div>
            Receipt <To to={`/receipts/${payload.receipt}`}>{payload.receipt}</To> <span className="quiet">accepted {utc(payload.received_at)}</span>
            {payload.cut && <span className="quiet">; its first 4 KiB, the receipt has all of it</span>}
          </div>
          <Payload text={payload.payload} base64={payload.payload_base64} />
        </div>
      )}
    </div>
  );
});
