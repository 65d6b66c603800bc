import { Group, Text } from '@mantine/core';
import type { StateCounts } from '../../src-main/domain/changes';
import { count } from '../lib/format';

interface Stage {
  label: string;
  value: number;
  color: string;
}

/** How far a job's changes got. Accepted and confirmed stand apart: the carrier's yes is not yet the carrier's record. */
export function stagesOf(states: StateCounts): Stage[] {
  return [
    { label: 'Confirmed', value: states.confirmed, color: 'var(--bar-confirmed)' },
    { label: 'Accepted', value: states.accepted, color: 'var(--bar-accepted)' },
    { label: 'Reading back', value: states.uncertain, color: 'var(--bar-warning)' },
    { label: 'Error', value: states.rejected + states.failed, color: 'var(--bar-error)' },
    { label: 'Unconfirmed', value: states.unconfirmed, color: 'var(--bar-warning)' },
    { label: 'Skipped', value: states.skipped, color: 'var(--bar-muted)' },
    { label: 'Cancelled', value: states.cancelled, color: 'var(--bar-muted)' },
    { label: 'Queued', value: states.queued + states.submitting, color: 'var(--bar-track)' },
  ];
}

export function StageBar({ states, withKey = true }: { states: StateCounts; withKey?: boolean }) {
  const stages = stagesOf(states);
  const total = stages.reduce((sum, stage) => sum + stage.value, 0);
  return (
    <div>
      <div
        className="stage-bar"
        role="img"
        aria-label={stages.map((stage) => `${stage.label} ${count(stage.value)}`).join(', ')}
      >
        {stages.slice(0, -1).map((stage) => (
          <span
            key={stage.label}
            style={{ width: `${(total === 0 ? 0 : (stage.value / total) * 100).toString()}%`, background: stage.color }}
          />
        ))}
      </div>
      {withKey && (
        <Group gap="lg" mt={8}>
          {stages
            .filter((stage) => stage.value > 0)
            .map((stage) => (
              <Text key={stage.label} size="xs" className="number">
                <span className="stage-key" style={{ background: stage.color }} />
                {stage.label} {count(stage.value)}
              </Text>
            ))}
        </Group>
      )}
    </div>
  );
}
