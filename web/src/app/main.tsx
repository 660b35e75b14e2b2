import './styles/base.css';
import './styles/layout.css';
import './styles/list.css';
import './styles/request.css';
import './styles/conversation.css';
import './styles/dialog.css';
import { createRoot } from 'react-dom/client';
import { currentLanguage, loadLocale } from '../i18n/i18n';
import { fetchDevPeople } from '../identity';
import { App } from './App';
import { applyTheme } from './preferences';

applyTheme();
// Both are on their way at once; until they are here, the page shows what index.html holds.
const people = fetchDevPeople().catch(() => null);
void Promise.all([loadLocale(currentLanguage()), people]).then(([locale, found]) => {
  createRoot(document.getElementById('root')!).render(<App locale={locale} people={found} />);
});
