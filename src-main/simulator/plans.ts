/** The simulated account's rate plans. Codes differ from names on purpose: the change takes the code. */
export interface SimulatedPlan {
  code: string;
  name: string;
  sizeKb: number;
  carrierServicePlanCode: string;
  /** Share of the fleet on it at the start. */
  share: number;
  /** A contract price for the demo, as an operator would import it; the API itself has no prices. */
  demoPriceUsd: string;
}

export const SIMULATED_PLANS: readonly SimulatedPlan[] = [
  {
    code: 'M2M1MB-S',
    name: 'M2M 1 MB Shared',
    sizeKb: 1024,
    carrierServicePlanCode: '84001',
    share: 0.34,
    demoPriceUsd: '0.85',
  },
  {
    code: 'M2M5MB-S',
    name: 'M2M 5 MB Shared',
    sizeKb: 5120,
    carrierServicePlanCode: '84005',
    share: 0.26,
    demoPriceUsd: '1.40',
  },
  {
    code: 'M2M25MB-S',
    name: 'M2M 25 MB Shared',
    sizeKb: 25_600,
    carrierServicePlanCode: '84025',
    share: 0.16,
    demoPriceUsd: '2.10',
  },
  {
    code: 'M2M150MB-A',
    name: 'M2M 150 MB Aggregate',
    sizeKb: 153_600,
    carrierServicePlanCode: '84150',
    share: 0.12,
    demoPriceUsd: '4.75',
  },
  {
    code: 'M2M1GB-A',
    name: 'M2M 1 GB Aggregate',
    sizeKb: 1_048_576,
    carrierServicePlanCode: '84101',
    share: 0.07,
    demoPriceUsd: '9.50',
  },
  {
    code: 'M2M5GB-T',
    name: 'M2M 5 GB Telematics',
    sizeKb: 5_242_880,
    carrierServicePlanCode: '84105',
    share: 0.03,
    demoPriceUsd: '21.00',
  },
  {
    code: 'LTE-M-500KB',
    name: 'LTE-M 500 KB Metering',
    sizeKb: 500,
    carrierServicePlanCode: '84050',
    share: 0.02,
    demoPriceUsd: '0.55',
  },
  {
    code: 'M2M_CPN',
    name: 'Platform default',
    sizeKb: 0,
    carrierServicePlanCode: '84999',
    share: 0,
    demoPriceUsd: '0.00',
  },
];
