/** The end of a list that is read a page at a time: the next page is asked for as soon as this is near the screen. */
import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';

import type { Paged } from '../api/lists';

export function More<T>({ of }: { of: Paged<T> }) {
  const place = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = of;
  useEffect(() => {
    if (!place.current || !hasNextPage || isFetchingNextPage) return;
    const watcher = new IntersectionObserver(([entry]) => entry?.isIntersecting && void fetchNextPage(), { rootMargin: '600px' });
    watcher.observe(place.current);
    return () => watcher.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (!hasNextPage) return null;
  return <div ref={place}><Button variant="subtle" m={6} loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show more</Button></div>;
}
