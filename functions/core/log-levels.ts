/** Levels from which on a function may write to its log. */
export const LOG_LEVELS = ['INFO', 'WARN', 'ERROR'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const DEFAULT_LOG_LEVEL: LogLevel = 'INFO';
