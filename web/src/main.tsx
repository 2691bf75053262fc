// Where everything begins: first what may be connected to, then the page, then the chain.

import { narrow } from './policy.ts';
import { render } from 'preact';
import { App, news } from './app.tsx';
import { tick } from './chain/clock.ts';
import { chosen, rememberDeployment } from './chain/deployment.ts';
import { follow } from './chain/live.ts';
import { connect } from './chain/session.ts';
import { refreshAll } from './chain/store.ts';
import { lookForLost } from './actions/pipeline.ts';
import { begin } from './wallet/wallet.ts';
import { remembered } from './words/memory.ts';
import './style/base.css';
import './style/page.css';
import './style/screens.css';
import './style/forms.css';
import './style/work.css';
import './style/organization.css';
import './style/history.css';

narrow();
const root = document.getElementById('page');
if (root) render(<App />, root);
tick();

const deployment = chosen();
if (deployment) {
    void connect(deployment, (chain, again) => {
        rememberDeployment(deployment);
        void refreshAll(chain);
        void lookForLost(chain).then((words) => {
            if (words) news.value = words;
        });
        if (!again) {
            void follow(chain);
            void begin(chain);
            void import('./chain/seen.ts').then(({ watch }) => watch(chain));
            void import('./history/files.ts').then(({ look }) => look(chain));
        }
    });
}

// Whoever wants notices is told of what is due on whichever screen.
if (remembered('notices') === true) void import('./screens/mine/notices.ts');
