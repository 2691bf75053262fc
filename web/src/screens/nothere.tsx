import { to } from '../router.ts';

export function NotHere() {
    return (
        <>
            <h1>There is nothing here</h1>
            <p>
                The address names no screen of this page. <a href={to('')}>To the board</a>
            </p>
        </>
    );
}
