import './styles/base.css';
import './styles/layout.css';
import './styles/list.css';
import './styles/conversation.css';
import './styles/dialog.css';
import { createRoot } from 'react-dom/client';
import { currentLanguage, loadLocale } from '../i18n/i18n';
import { App } from './App';
import { applyTheme } from './preferences';

applyTheme();
const root = createRoot(document.getElementById('root')!);
void loadLocale(currentLanguage()).then((locale) => root.render(<App locale={locale} />));
