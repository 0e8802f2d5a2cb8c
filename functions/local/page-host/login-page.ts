import { createHash } from 'node:crypto';

export const LOGIN_PATH = '/login';
export const LOGOUT_PATH = '/logout';

/** The document that asks for the token. With `#token=…` or `#code=…` in its address it asks nobody: no server is sent these. */
export function loginDocument(fault?: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cliptag</title>
<style>${STYLE}</style>
</head>
<body>
<form method="post" action="${LOGIN_PATH}">
<h1>Cliptag</h1>
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
${fault === undefined ? '' : `<p role="alert">${fault}</p>`}
<button>Log in</button>
<p>It is what <code>cliptag start</code> was given by <code>--token</code> or <code>CLIPTAG_TOKEN</code>.</p>
</form>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { display: grid; min-height: 90vh; place-items: center; margin: 1rem; }
form { display: grid; gap: 0.75rem; width: min(22rem, 100%); }
h1 { margin: 0; font-size: 1.5rem; }
p { margin: 0; }
input, button { font: inherit; padding: 0.5rem 0.75rem; }
`;

const SCRIPT = `
const given = /^#(?:token|code)=(.+)$/.exec(location.hash);
if (given) {
  history.replaceState(null, '', location.pathname + location.search);
  const body = new URLSearchParams({ token: decodeURIComponent(given[1]) });
  fetch('${LOGIN_PATH}', { method: 'POST', body, redirect: 'manual' }).then(() => location.reload());
}
`;

/** It loads nothing, runs its own script alone, and sends its form here alone. */
export const LOGIN_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `script-src '${hashOf(SCRIPT)}'`,
    `style-src '${hashOf(STYLE)}'`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  // With none at all, browsers keep the form's origin to themselves, too.
  'referrer-policy': 'same-origin',
} as const;

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
