import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import { count } from '../../lib/format';
import { useTrends, type TrendPoint } from '../../state/trends';

const HEIGHT = 92;
const NONE: readonly TrendPoint[] = [];
const SERIES = [
  { label: 'Accepted', color: '--bar-accepted', of: (point: TrendPoint) => point.accepted },
  { label: 'With an outcome', color: '--bar-confirmed', of: (point: TrendPoint) => point.confirmed },
] as const;

/** How many devices a second the carrier accepted and how many got their outcome; a mark where it put requests off. */
export function RunChart({ jobId }: { jobId: number }) {
  const points = useTrends((state) => state.of[jobId]) ?? NONE;
  const { ref, width } = useElementSize();
  const scheme = useComputedColorScheme();
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const latest = points.at(-1);
  useEffect(() => {
    if (holder.current === null || width === 0) return;
    plot.current = new UPlot(options(width), [[], ...SERIES.map(() => []), []], holder.current);
    return () => {
      plot.current?.destroy();
      plot.current = null;
    };
  }, [width, scheme]);
  useEffect(() => {
    plot.current?.setData([
      points.map((point) => point.at),
      ...SERIES.map(({ of }) => points.map(of)),
      points.map((point) => (point.putOff > 0 ? 0 : null)),
    ]);
  }, [points, width, scheme]);
  if (latest === undefined) return null;
  return (
    <figure className="panel run-chart" ref={ref}>
      <figcaption>
        {SERIES.map(({ label, color, of }) => (
          <span key={label} className="number">
            <span className="stage-key" style={{ background: `var(${color})` }} />
            {label} {count(Math.round(of(latest)))}/s
          </span>
        ))}
        <span>
          <span className="stage-key" style={{ background: 'var(--bar-warning)' }} />
          Carrier put requests off
        </span>
      </figcaption>
      <div
        ref={holder}
        role="img"
        aria-label={`Devices a second over the last ${count(points.length)} seconds. Now ${SERIES.map(({ label, of }) => `${label.toLowerCase()} ${count(Math.round(of(latest)))}`).join(', ')}.`}
      />
    </figure>
  );
}

function options(width: number): UPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--ink-soft'),
    font: '11px system-ui',
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [8, 28, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: true }, y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, size: 20, space: 90, incrs: [1, 5, 10, 30, 60], values: (_plot, times) => times.map(clockTime) },
      { ...axis, size: 46, space: 24 },
    ],
    series: [
      {},
      ...SERIES.map(({ label, color: name }) => ({ label, stroke: color(name), width: 1.5, points: { show: false } })),
      {
        label: 'Put off',
        stroke: color('--bar-warning'),
        width: 0,
        points: { show: true, size: 6, fill: color('--bar-warning') },
      },
    ],
  };
}

function clockTime(seconds: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}
