import { Modal, Stack } from '@mantine/core';

import { $api } from '../../api/client';
import { Facts } from '../../parts/Facts';
import { To } from '../../parts/Link';
import { Loaded } from '../../parts/Loaded';
import { Time } from '../../parts/Time';

/** From a row back to the payload that made it. */
export function OriginDialog({ table, row, onClose }: { table: string; row: string; onClose: () => void }) {
  const lineage = $api.useQuery('get', '/api/v0/tables/{name}/lineage', { params: { path: { name: table }, query: { row } } });
  return (
    <Modal opened onClose={onClose} title={<strong>The payload of row {row}</strong>}>
      <Loaded query={lineage}>
        {({ record }) => (
          <Stack gap="md">
            <Facts of={[
              ['Receipt', <To key="r" to={`/receipts/${record.receipt}`}>{record.receipt}</To>],
              ['File', <span key="f" className="mono">{record.file}</span>],
              ['Row in the file', String(record.row)],
              ['Loaded', <Time key="l" at={record.loaded_at} />],
              ['By', <To key="w" to={`/workflows/${record.run_id}`}>{record.run_id}</To>],
            ]} />
          </Stack>
        )}
      </Loaded>
    </Modal>
  );
}
