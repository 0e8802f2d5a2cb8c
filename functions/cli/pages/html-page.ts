import { createHash } from 'node:crypto';
import { type Markup, markup } from './markup.ts';

/**
 * One HTML page that needs nothing beside itself: no network, no scripts. Its content security policy forbids all else, so
 * that no text in it can do harm. Any other policy that allows its style shows it too.
 */
export function htmlPage({ title, style, body }: { title: string; style: string; body: Markup }): string {
  const styleHash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${styleHash}'`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
${body}
</body>
</html>
`.html;
}
