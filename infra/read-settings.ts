import type { Node } from 'constructs';
import { didYouMean, nearestWords } from '../functions/core/labels/near-words.ts';
import { throwFaults } from './options/faults.ts';
import { fault, readByRules } from './options/option-rules.ts';
import { settingContradictions } from './setting-contradictions.ts';
import { SETTING_RULES, type Settings } from './settings.ts';

/**
 * Reads the settings from the context of an app or any construct under it. Nothing else in `infra` reads context.
 *
 * @throws Error that names every faulty or unknown setting at once, with what was expected and what arrived.
 */
export function readSettings(node: Node): Settings {
  const { settings, faults } = settingsAndFaults(node);
  throwFaults('CDK context', faults);
  return settings;
}

/** The settings, each faulty one as by default, so that what they name can be looked at before all faults are told. */
export function settingsAndFaults(node: Node): { settings: Settings; faults: readonly string[] } {
  const { options: settings, faults } = readByRules<Settings>(SETTING_RULES, (name) =>
    node.tryGetContext(name),
  );
  return { settings, faults: [...unknownSettings(node), ...faults, ...settingContradictions(settings)] };
}

/**
 * A misspelt key would otherwise be a setting that silently does nothing. The CDK's own keys, and those of others, are
 * no plain words: `@aws-cdk/…`, `aws:cdk:…`, `cli-telemetry`.
 */
function unknownSettings(node: Node): string[] {
  const context: Record<string, unknown> = node.getAllContext();
  return Object.entries(context)
    .filter(([key]) => /^[A-Za-z]+$/.test(key) && !Object.hasOwn(SETTING_RULES, key))
    .map(([key, value]) => {
      const known = fault(key, `one of the settings ${Object.keys(SETTING_RULES).join(', ')}`, value);
      return known + didYouMean(nearestWords(key, Object.keys(SETTING_RULES)));
    });
}
