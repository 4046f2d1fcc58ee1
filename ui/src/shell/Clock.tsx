/** The time in UTC, in which all days and hours of Weir are. */
import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';

import { localZone } from '../parts/Time';

export function Clock() {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(timer);
  }, []);
  const local = now.toLocaleTimeString('sv-SE');
  return (
    <Text size="xs" className="quiet number" visibleFrom="sm" title={`${local} ${localZone}`} data-clock style={{ whiteSpace: 'nowrap' }}>
      {now.toISOString().slice(11, 19)} UTC
    </Text>
  );
}
