/** A page whose own code failed. The others live on. */
import { Button, Stack, Text, Title } from '@mantine/core';

export function PageFailed({ error, reset }: { error: unknown; reset?: () => void }) {
  return (
    <Stack className="card" role="alert" maw={720} m="md">
      <Title order={1}>This page cannot be shown</Title>
      <Text>{error instanceof Error ? error.message : String(error)}</Text>
      <Text className="quiet">Nothing was changed on the server by this.</Text>
      <Button w="fit-content" onClick={() => (reset ? reset() : window.location.reload())}>Try again</Button>
    </Stack>
  );
}
