import './styles/base.css';
import './styles/layout.css';
import './styles/list.css';
import './styles/conversation.css';
import './styles/dialog.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';

createRoot(document.getElementById('root')!).render(<App />);
