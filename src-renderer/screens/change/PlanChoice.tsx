import { Alert, Badge, Button, Group, Radio, Text } from '@mantine/core';
import { useState } from 'react';
import type { ProviderView } from '../../../src-preload/contract';
import type { Review } from '../../../src-main/bulk-change/create-job';
import { RESERVED_PLAN_CODES } from '../../../src-main/domain/plans';
import { api } from '../../lib/api';
import { attempt } from '../../lib/failures';
import { count, dataSize, money } from '../../lib/format';
import { Failed, Loading, EmptyState } from '../../components/Page';
import { PlanComparison } from '../../components/PlanComparison';
import { SearchField } from '../../components/SearchField';
import { useLive } from '../../state/live';
import { useLoad } from '../../state/use-load';

interface Props {
  provider: ProviderView;
  value: string;
  onChange: (code: string) => void;
  review: Review | undefined;
}

/** The catalog as a choice: what each plan holds and costs, and who is on it now. */
export function PlanChoice({ provider, value, onChange, review }: Props) {
  const tick = useLive((state) => state.inventoryTick);
  const changed = useLive((state) => state.inventoryChanged);
  const [search, setSearch] = useState('');
  const plans = useLoad(`plans ${provider.id.toString()} ${tick.toString()}`, () =>
    api('plans.list', { providerId: provider.id }),
  );
  if (plans.failure !== undefined) return <Failed failure={plans.failure} />;
  if (plans.value === undefined) return <Loading />;
  if (plans.value.length === 0) {
    return (
      <EmptyState title="The catalog is empty">
        <Button
          mt="xs"
          onClick={() => {
            attempt('The plans were not read', async () => {
              await api('plans.sync', { providerId: provider.id });
              changed();
            });
          }}
        >
          Read the plans from the carrier
        </Button>
      </EmptyState>
    );
  }
  const wanted = search.trim().toLowerCase();
  const shown = plans.value.filter(
    (plan) =>
      plan.retiredAt === null &&
      !RESERVED_PLAN_CODES.includes(plan.code) &&
      `${plan.name} ${plan.code}`.toLowerCase().includes(wanted),
  );
  const selectedOn = (code: string): number => review?.from.find((from) => from.value === code)?.devices ?? 0;
  return (
    <div>
      <Group justify="space-between" mb="sm">
        <Text size="sm" className="soft">
          Prices are a month and device, from your contract. The carrier’s API has none.
        </Text>
        <SearchField width={260} label="Find a plan" placeholder="Find a plan" value={search} onChange={setSearch} />
      </Group>
      {!provider.writesEnabled && (
        <Alert color="yellow" mb="sm" title="This account is read-only">
          Writes are disabled for this service provider. Enable them in Settings.
        </Alert>
      )}
      <Radio.Group value={value} onChange={onChange} aria-label="New rate plan">
        <div className="panel">
          <div
            className="plan-row soft"
            style={{ cursor: 'default', fontSize: 'var(--mantine-font-size-xs)', fontWeight: 600 }}
            aria-hidden
          >
            <span />
            <span>Rate plan</span>
            <span className="number">Included</span>
            <span className="number">Price</span>
            <span className="number">Devices on it</span>
            <span className="number">Of your selection</span>
          </div>
          {shown.map((plan) => (
            <label
              key={plan.code}
              className="plan-row"
              data-checked={value === plan.code}
              data-disabled={!plan.allowed}
            >
              <Radio
                value={plan.code}
                disabled={!plan.allowed}
                aria-label={`${plan.name}, ${money(plan.price)} a month`}
                size="xs"
              />
              <span>
                <Text span size="sm" fw={500}>
                  {plan.name}
                </Text>{' '}
                <Text span size="xs" className="soft mono">
                  {plan.code}
                </Text>
                {!plan.allowed && (
                  <Badge ml={8} size="xs" color="gray" variant="light" tt="none">
                    not allowed for this account
                  </Badge>
                )}
              </span>
              <Text span size="sm" className="number">
                {dataSize(plan.sizeKb)}
              </Text>
              <Text span size="sm" className="number">
                {money(plan.price)}
              </Text>
              <Text span size="sm" className="number">
                {count(plan.deviceCount)}
              </Text>
              <Text span size="sm" className="number soft">
                {review === undefined ? '…' : selectedOn(plan.code) === 0 ? '—' : count(selectedOn(plan.code))}
              </Text>
            </label>
          ))}
          {shown.length === 0 && (
            <Text p="md" size="sm" className="soft">
              No plan matches “{search}”.
            </Text>
          )}
        </div>
      </Radio.Group>
      <PlanComparison
        plans={plans.value}
        first={value}
        second={review?.from[0]?.value ?? ''}
        selected={review?.total ?? 0}
      />
    </div>
  );
}
