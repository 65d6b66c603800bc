import { useInterval } from '@mantine/hooks';
import { useEffect, useState } from 'react';

/** Whole seconds until a time, counted down; 0 when it has passed. */
export function SecondsLeft({ until }: { until: string }) {
  const [now, setNow] = useState(() => Date.now());
  const { start, stop } = useInterval(() => {
    setNow(Date.now());
  }, 250);
  useEffect(() => {
    start();
    return stop;
  }, [start, stop]);
  return <>{Math.max(0, Math.ceil((Date.parse(until) - now) / 1000))} s</>;
}
