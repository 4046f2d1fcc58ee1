import { NumberInput, Radio, Stack } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { useSay } from '../../parts/Messages';

const words: Record<Schema['Resolution'], [string, string]> = {
  ignore_missing_file: ['Ignore missing file', 'For this run only'],
  restart_workflow: ['Restart workflow', 'From the failed task, with the settings of now'],
  retry_task: ['Retry task', 'With the same inputs'],
  skip_task: ['Skip task', 'The run goes on without it'],
  update_error_threshold: ['Update error threshold', 'For this run only'],
};

export function Resolutions({ run, onClose }: { run: Schema['RunWithTasks']; onClose: () => void }) {
  const [chosen, setChosen] = useState(run.resolutions[0] ? keyOf(run.resolutions[0]) : '');
  const [threshold, setThreshold] = useState<number>(5);
  const say = useSay();
  const resolve = $api.useMutation('post', '/api/v0/workflow/runs/{id}/resolve', {
    onSuccess: () => {
      say('The workflow goes on');
      onClose();
    },
  });
  const offer = run.resolutions.find((each) => keyOf(each) === chosen);
  const nameOf = (task: string) => run.tasks.find((each) => each.id === task)?.name ?? '';
  return (
    <FormDialog title="Resolutions" submit="Continue" busy={resolve.isPending} error={resolve.error} onClose={onClose}
      onSubmit={() => offer && resolve.mutate({
        params: { path: { id: run.id } },
        body: { resolution: offer.resolution, ...(offer.task_id ? { task_id: offer.task_id } : {}), ...(offer.resolution === 'update_error_threshold' ? { error_threshold: threshold } : {}) },
      })}>
      <Radio.Group label="What should happen" value={chosen} onChange={setChosen}>
        <Stack gap={8} mt={8}>
          {run.resolutions.map((each) => (
            <Radio key={keyOf(each)} value={keyOf(each)} label={`${words[each.resolution][0]}${each.task_id && nameOf(each.task_id) ? `: ${nameOf(each.task_id)}` : ''}`} description={words[each.resolution][1]} />
          ))}
        </Stack>
      </Radio.Group>
      {offer?.resolution === 'update_error_threshold' && <NumberInput label="Error threshold" suffix=" %" min={0} max={100} value={threshold} onChange={(value) => setThreshold(Number(value))} />}
    </FormDialog>
  );
}

const keyOf = (offer: Schema['RunOffer']) => `${offer.resolution} ${offer.task_id ?? ''}`;
