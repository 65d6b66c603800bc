/** What is about the account: its plans, its groups, the carrier's own rules, and the password of its user. */
import { missingElement, refusal, unknownAccount, type Answer, type Body, type SimulatedAnswer } from '../answers.ts';
import type { Fleet } from '../fleet.ts';
import type { SimulatorOptions } from '../options.ts';
import { SIMULATED_PLANS } from '../plans.ts';
import { pick, seededGuid, seededRandom, type Random } from '../random.ts';

/** How the carrier refuses a wrong old password is not established; this code is assumed. */
const ASSUMED_WRONG_PASSWORD = 'INPUT_INVALID.Password.Invalid';
const PASSWORD_CHARACTERS = Array.from('abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789');
const PASSWORD_LENGTH = 14;

export class AccountApi {
  readonly #options: SimulatorOptions;
  readonly #fleet: Fleet;
  /** Passwords are no part of the history that a seed decides. */
  readonly #passwords: Random;

  constructor(options: SimulatorOptions, fleet: Fleet) {
    this.#options = options;
    this.#fleet = fleet;
    this.#passwords = seededRandom(options.seed ^ 0x9a55);
  }

  /** `GET /plans/{account}` */
  plans(accountName: string): Answer {
    return this.#of(accountName, () =>
      SIMULATED_PLANS.map(({ name, code, sizeKb, carrierServicePlanCode }) => ({
        name,
        code,
        sizeKb,
        carrierServicePlanCode,
        extendedAttributes: [],
      })),
    );
  }

  /** `GET /accounts/{account}` */
  account(accountName: string): Answer {
    return this.#of(accountName, () => ({
      accountName,
      organizationName: 'Simulated Service Provider',
      isProvisioningAllowed: true,
      carriers: ['Verizon Wireless'],
    }));
  }

  /** `GET /groups/{account}` */
  groups(accountName: string): Answer {
    return this.#of(accountName, () =>
      this.#fleet.groups().map((name) => ({ name, description: '', isDefaultGroup: false, extendedAttributes: [] })),
    );
  }

  /** `GET /api/m2m/v2/triggers`: the rules by which the carrier changes plans itself. */
  triggers(): Answer {
    const { accountName, planRules, seed } = this.#options;
    const guids = seededRandom(seed ^ 0x7216);
    const triggers = planRules.map(({ name, fromPlan, toPlan }) => ({
      triggerId: seededGuid(guids),
      triggerName: name,
      accountName,
      organizationName: 'Simulated Service Provider',
      triggerCategory: 'PricePlanDataUsage',
      pricePlanTrigger: {
        accountGroupShare: {
          accountGroupShareIndividual: {
            filterCriteria: { ratePlanGroupId: 1 },
            condition: { action: 'changePricePlan' },
            action: {
              changePlan: {
                sharePlan: [
                  {
                    fromCarrierCode: carrierCode(fromPlan),
                    toCarrierCode: carrierCode(toPlan),
                    criteriaPercentage: 90,
                  },
                ],
              },
            },
          },
        },
      },
      active: true,
    }));
    return { status: 200, body: { triggers } };
  }

  /** `PUT /session/password/actions/reset`: the carrier invents the new one, and it holds at once. */
  resetPassword(body: Body): SimulatedAnswer {
    const old = body['oldPassword'];
    if (typeof old !== 'string') return missingElement();
    const { passwordResetBreaks } = this.#options;
    if (passwordResetBreaks === 'before') return { status: 0, body: {}, breaks: true };
    if (old !== this.#options.password) return refusal(ASSUMED_WRONG_PASSWORD, 'The old password is not valid.');
    const newPassword = Array.from({ length: PASSWORD_LENGTH }, () => pick(PASSWORD_CHARACTERS, this.#passwords)).join(
      '',
    );
    this.#options.password = newPassword;
    return { status: 200, body: { newPassword }, ...(passwordResetBreaks === 'after' ? { breaks: true } : {}) };
  }

  #of(accountName: string, body: () => unknown): Answer {
    return accountName === this.#options.accountName ? { status: 200, body: body() } : unknownAccount(accountName);
  }
}

function carrierCode(planCode: string): string {
  return SIMULATED_PLANS.find(({ code }) => code === planCode)?.carrierServicePlanCode ?? planCode;
}
