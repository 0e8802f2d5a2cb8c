import { render } from 'preact';
import { Notices } from './parts/notices.tsx';
import { connect } from './store/connection.ts';
import { loadLabelSets } from './store/label-sets.ts';
import { loadLabels } from './store/labels.ts';
import { loadSession } from './store/session.ts';
import { Whole } from './whole.tsx';

// Whoever has logged in already needs no token, and nobody is to read it over a shoulder.
if (/^#(token|code)=/.test(location.hash)) {
  history.replaceState(history.state, '', location.pathname + location.search);
}

const page = document.getElementById('page');
const notices = document.getElementById('notices');
if (!page || !notices) throw new Error('Expected the elements of page.html');
page.replaceChildren();
render(<Whole />, page);
render(<Notices />, notices);
void loadSession();
void loadLabels();
void loadLabelSets();
connect();
