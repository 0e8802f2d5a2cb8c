/** What Lambda counts of a function's URL: https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html */
export const URL_METRICS = {
  requests: 'UrlRequestCount',
  refused: 'Url4xxCount',
  errors: 'Url5xxCount',
  latency: 'UrlRequestLatency',
} as const;
