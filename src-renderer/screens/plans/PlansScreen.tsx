import { Button, Switch, Table, Text, TextInput } from '@mantine/core';
import { FileUp, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { ProviderView } from '../../../src-preload/contract';
import { formatAmount } from '../../../src-main/domain/money';
import type { CatalogPlan } from '../../../src-main/store/plans';
import { columnsOfTable } from '../../../src-main/domain/export-columns';
import { RESERVED_PLAN_CODES } from '../../../src-main/domain/plans';
import { Allowed } from '../../components/DisabledTooltip';
import { api } from '../../lib/api';
import { attempt } from '../../lib/failures';
import { count, dataSize } from '../../lib/format';
import { ExportButton } from '../../components/export/ExportButton';
import { Failed, Loading, EmptyState, PageHead } from '../../components/Page';
import { PlanComparison } from '../../components/PlanComparison';
import { useLive } from '../../state/live';
import { useLoad } from '../../state/use-load';
import { ImportDialog } from '../imports/ImportDialog';

/** The price's currency stands beside it. */
const SHOWN_COLUMNS = columnsOfTable('plans').filter((key) => key !== 'retired');

/** The rate plan catalog: specification from the carrier, price and access from the operator. */
export function PlansScreen({ provider }: { provider: ProviderView }) {
  const providerId = provider.id;
  const tick = useLive((state) => state.inventoryTick);
  const changed = useLive((state) => state.inventoryChanged);
  const [importing, setImporting] = useState(false);
  const [syncing, setSyncing] = useState(false);
  const plans = useLoad(`plans ${providerId.toString()} ${tick.toString()}`, () => api('plans.list', { providerId }));
  const sync = (): void => {
    setSyncing(true);
    attempt('The plans were not read', async () => {
      try {
        await api('plans.sync', { providerId });
        changed();
      } finally {
        setSyncing(false);
      }
    });
  };
  return (
    <div className="page-fill">
      <PageHead title="Rate plans" detail="Specification from the carrier; price and access from your contract">
        <Allowed to="inventory">
          <Button variant="default" leftSection={<RefreshCw size={14} aria-hidden />} loading={syncing} onClick={sync}>
            Sync plans
          </Button>
        </Allowed>
        <ExportButton
          noun="rate plans"
          scopes={[{ key: 'all', label: 'All', size: plans.value?.length ?? 0 }]}
          columns={{ shown: SHOWN_COLUMNS, all: columnsOfTable('plans') }}
          run={({ columns, format, ticket }) => api('export.plans', { providerId, columns, format, ticket })}
        />
        <Allowed to="catalog">
          <Button
            variant="default"
            leftSection={<FileUp size={14} aria-hidden />}
            onClick={() => {
              setImporting(true);
            }}
          >
            Import prices
          </Button>
        </Allowed>
      </PageHead>
      <div className="page-body">
        {plans.failure !== undefined && <Failed failure={plans.failure} />}
        {plans.value === undefined && plans.failure === undefined && <Loading />}
        {plans.value?.length === 0 && (
          <EmptyState title="The catalog is empty">
            <Allowed to="inventory">
              <Button mt="xs" onClick={sync}>
                Read the plans from the carrier
              </Button>
            </Allowed>
          </EmptyState>
        )}
        {plans.value !== undefined && plans.value.length > 0 && (
          <div className="panel">
            <Table verticalSpacing={5} highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th>Code</Table.Th>
                  <Table.Th ta="right">Included</Table.Th>
                  <Table.Th>Carrier’s code</Table.Th>
                  <Table.Th w={170}>Price a month</Table.Th>
                  <Table.Th ta="right">Devices on it</Table.Th>
                  <Table.Th>Allowed here</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {plans.value.map((plan) => (
                  <PlanRow key={plan.code} providerId={providerId} plan={plan} onChanged={changed} />
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        {plans.value !== undefined && plans.value.length > 1 && (
          <PlanComparison plans={plans.value} first={plans.value[0]?.code ?? ''} second={plans.value[1]?.code ?? ''} />
        )}
      </div>
      <ImportDialog
        providerId={providerId}
        what="prices"
        opened={importing}
        onClose={() => {
          setImporting(false);
        }}
      />
    </div>
  );
}

function PlanRow({ providerId, plan, onChanged }: { providerId: number; plan: CatalogPlan; onChanged: () => void }) {
  const reserved = RESERVED_PLAN_CODES.includes(plan.code);
  return (
    <Table.Tr>
      <Table.Td>
        {plan.name}
        {plan.retiredAt !== null && (
          <Text span size="xs" className="soft">
            {' '}
            no longer listed
          </Text>
        )}
      </Table.Td>
      <Table.Td className="mono">{plan.code}</Table.Td>
      <Table.Td ta="right" className="number">
        {dataSize(plan.sizeKb)}
      </Table.Td>
      <Table.Td className="mono">{plan.carrierCode}</Table.Td>
      <Table.Td>
        {reserved ? (
          <span className="soft">—</span>
        ) : (
          <PriceField key={JSON.stringify(plan.price)} providerId={providerId} plan={plan} onChanged={onChanged} />
        )}
      </Table.Td>
      <Table.Td ta="right" className="number">
        {count(plan.deviceCount)}
      </Table.Td>
      <Table.Td>
        {reserved ? (
          <Text size="xs" className="soft">
            the platform’s own, no target
          </Text>
        ) : (
          <Allowed to="catalog">
            <Switch
              size="xs"
              aria-label={`${plan.name} allowed for this account`}
              checked={plan.allowed}
              onChange={(event) => {
                const allowed = event.currentTarget.checked;
                attempt('Not changed', async () => {
                  await api('plans.setAllowed', { providerId, code: plan.code, allowed });
                  onChanged();
                });
              }}
            />
          </Allowed>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function PriceField({ providerId, plan, onChanged }: { providerId: number; plan: CatalogPlan; onChanged: () => void }) {
  const stored = plan.price === null ? '' : formatAmount(plan.price);
  const [text, setText] = useState(stored);
  const save = (): void => {
    if (text.trim() === stored) return;
    attempt('The price was not saved', async () => {
      await api('plans.setPrice', { providerId, code: plan.code, price: text.trim() === '' ? null : text });
      onChanged();
    });
  };
  return (
    <Allowed to="catalog">
      <TextInput
        size="xs"
        aria-label={`Price of ${plan.name}`}
        aria-description={plan.price === null ? undefined : `in ${plan.price.currency}`}
        placeholder="none"
        rightSection={plan.price === null ? null : <span className="soft">{plan.price.currency}</span>}
        rightSectionWidth={48}
        rightSectionPointerEvents="none"
        value={text}
        onBlur={save}
        onChange={(event) => {
          setText(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key === 'Escape') setText(stored);
        }}
      />
    </Allowed>
  );
}
