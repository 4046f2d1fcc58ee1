import { Button, Text } from '@mantine/core';

/** Says that what was typed is kept, and takes it back. */
export function DraftNote({ keptAt, discard }: { keptAt: string | null; discard: () => void }) {
  if (!keptAt) return null;
  return (
    <>
      <Text size="xs" className="quiet">{keptAt === 'before' ? 'your draft from before' : `draft kept ${keptAt}`}</Text>
      <Button variant="default" onClick={discard}>Discard</Button>
    </>
  );
}
