import { Group, Select, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { CatalogPlan } from '../../src-main/store/plans';
import { PARTS, type Money } from '../../src-main/domain/money';
import { costDifference, count, dataSize, money } from '../lib/format';

interface Props {
  plans: readonly CatalogPlan[];
  /** Codes of the plans that stand there at first; none leaves the place empty. */
  first: string;
  second: string;
  /** How many devices are selected; 0 leaves their cost out. */
  selected?: number;
}

/** Two plans side by side: what they hold, what they cost, and what the selection would cost on either. */
export function PlanComparison({ plans, first, second, selected = 0 }: Props) {
  const [chosen, setChosen] = useState<{ left?: string; right?: string }>({});
  const find = (code: string): CatalogPlan | undefined => plans.find((plan) => plan.code === code);
  const left = find(chosen.left ?? first);
  const right = find(chosen.right ?? second);
  const rows: [string, (plan: CatalogPlan) => string, (a: CatalogPlan, b: CatalogPlan) => string][] = [
    ['Included', (plan) => dataSize(plan.sizeKb), (a, b) => times(a.sizeKb, b.sizeKb)],
    ['Price a month', (plan) => money(plan.price), (a, b) => costDifference(a.price, b.price, 1)],
    ['Price of 1 MB', (plan) => perMegabyte(plan), () => ''],
    ['Devices on it now', (plan) => count(plan.deviceCount), () => ''],
    ['Carrier’s code', (plan) => plan.carrierCode ?? '—', () => ''],
    ['Allowed here', (plan) => (plan.allowed ? 'yes' : 'no'), () => ''],
    ...(selected === 0
      ? []
      : [
          [
            `${count(selected)} devices a month`,
            (plan: CatalogPlan) => money(timesPrice(plan.price, selected)),
            (a: CatalogPlan, b: CatalogPlan) => costDifference(a.price, b.price, selected),
          ] satisfies (typeof rows)[number],
        ]),
  ];
  const choice = (side: 'left' | 'right', plan: CatalogPlan | undefined): React.ReactNode => (
    <Select
      size="xs"
      aria-label={side === 'left' ? 'Compare this plan' : 'with this plan'}
      placeholder="Choose a plan"
      searchable
      data={plans.map(({ code, name }) => ({ value: code, label: name }))}
      value={plan?.code ?? null}
      onChange={(code) => {
        setChosen((before) => ({ ...before, [side]: code ?? '' }));
      }}
    />
  );
  return (
    <section style={{ marginTop: 20 }}>
      <Group gap="xs" mb={6}>
        <Title order={2}>Compare two plans</Title>
        {(left === undefined || right === undefined) && (
          <Text size="sm" className="soft">
            Choose one on either side.
          </Text>
        )}
      </Group>
      <div className="panel">
        <Table verticalSpacing={5} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={170} />
              <Table.Th>{choice('left', left)}</Table.Th>
              <Table.Th>{choice('right', right)}</Table.Th>
              <Table.Th w={150} ta="right">
                Difference
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(([label, text, difference]) => (
              <Table.Tr key={label}>
                <Table.Td className="soft">{label}</Table.Td>
                <Table.Td className="number">{left === undefined ? '—' : text(left)}</Table.Td>
                <Table.Td className="number">{right === undefined ? '—' : text(right)}</Table.Td>
                <Table.Td className="number" ta="right">
                  {left === undefined || right === undefined ? '' : difference(right, left)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}

function timesPrice(price: Money | null, factor: number): Money | null {
  return price === null ? null : { ...price, amount: price.amount * factor };
}

function perMegabyte({ price, sizeKb }: CatalogPlan): string {
  if (price === null || sizeKb === null || sizeKb === 0) return '—';
  const perMb = price.amount / PARTS / (sizeKb / 1024);
  return `${perMb.toLocaleString('en-US', { maximumSignificantDigits: 3 })} ${price.currency}`;
}

function times(second: number | null, first: number | null): string {
  if (first === null || second === null || second === 0) return '';
  const factor = first / second;
  return `× ${factor >= 10 ? factor.toFixed(0) : factor.toFixed(2)}`;
}
