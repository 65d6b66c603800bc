import { Button, Group, Text } from '@mantine/core';
import { Check } from 'lucide-react';
import { useEffect } from 'react';
import { api } from '../lib/api';
import { useLive } from '../state/live';
import { useNavigation } from '../state/navigation';
import { usePreferences } from '../state/preferences';
import { useSelectionSize } from '../state/selection';
import { useLoad } from '../state/use-load';

const STEPS = [
  { title: 'Select devices', text: 'Filter or search the list, then tick rows or take all that match.' },
  {
    title: 'Review a change',
    text: 'Press “Change …”, choose the plan, and read what will happen. Nothing leaves before that.',
  },
  {
    title: 'Watch it and report',
    text: 'Each device is confirmed by the carrier’s own record. Save who failed, and why.',
  },
] as const;

/**
 * The first way through the console, in three steps that follow what the person does. It stands in the rail, where it
 * covers nothing; what the step needs next is marked on the page.
 */
export function Tour() {
  const done = usePreferences((state) => state.tourDone);
  const end = usePreferences((state) => state.endTour);
  const selected = useSelectionSize();
  const route = useNavigation((state) => state.route);
  // Past jobs are asked for once; what happens from now on, the main process tells.
  const jobs = useLoad(done ? null : 'jobs', () => api('jobs.list'));
  const past = jobs.value ?? [];
  const present = Object.values(useLive((state) => state.progress));
  const step = past.length + present.length > 0 ? 2 : selected > 0 ? 1 : 0;
  const finished =
    route.name === 'job' &&
    (past.some((view) => view.job.state === 'finished') || present.some(({ counts }) => counts.open === 0));
  useEffect(() => {
    document.documentElement.dataset['tour'] = done ? '' : step.toString();
  }, [done, step]);
  if (done || jobs.value === undefined) return null;
  return (
    <section className="tour" aria-label="First steps">
      <ol>
        {STEPS.map(({ title, text }, index) => (
          <li key={title} aria-current={index === step ? 'step' : undefined} data-done={index < step || finished}>
            <span className="tour-mark" aria-hidden>
              {index < step || finished ? <Check size={11} /> : index + 1}
            </span>
            <Text size="xs" fw={600}>
              {title}
            </Text>
            {index === step && (
              <Text size="xs" className="soft">
                {text}
              </Text>
            )}
          </li>
        ))}
      </ol>
      <Group justify="flex-end">
        <Button variant={finished ? 'light' : 'subtle'} size="compact-xs" onClick={end}>
          {finished ? 'Done' : 'Skip'}
        </Button>
      </Group>
    </section>
  );
}
