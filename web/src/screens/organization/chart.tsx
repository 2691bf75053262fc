// Lines over time. Each line has a dash of its own and its name beside it, so that it can be read without colours.

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Line {
    name: string;
    /// One of the page's colours, such as `--accent`.
    colour: string;
    dash?: number[];
    values: number[];
    filled?: boolean;
}

interface Drawn {
    /// What is said to those who do not see it.
    label: string;
    /// In milliseconds, rising.
    times: number[];
    lines: Line[];
    unit: (value: number) => string;
}

const HEIGHT = 190;
const AXIS = 78;
const THICK = 2.25;
const SECOND = 1_000;

const TWO_DAYS = 2 * 24 * 3_600;
const MANY_DAYS = 300 * 24 * 3_600;
const months = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' });
const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const hours = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

const colourOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options({ lines, unit }: Drawn, width: number): uPlot.Options {
    const axis = {
        stroke: colourOf('--quiet'),
        grid: { stroke: colourOf('--line'), width: 1 },
        ticks: { show: false },
    };
    const stepped = uPlot.paths.stepped?.({ align: 1 });
    return {
        width,
        height: HEIGHT,
        cursor: { show: false },
        legend: { show: false },
        scales: { y: { range: (_, low, high) => [Math.min(0, low), Math.max(1e-9, high * 1.1)] } },
        axes: [
            {
                ...axis,
                space: 70,
                values: (plot, splits) => {
                    const { min = 0, max = 0 } = plot.scales.x ?? {};
                    const length = (max ?? 0) - (min ?? 0);
                    const format = length > MANY_DAYS ? months : length > TWO_DAYS ? days : hours;
                    return splits.map((split) => format.format(split * SECOND));
                },
            },
            { ...axis, size: AXIS, values: (_, splits) => splits.map((split) => unit(split)) },
        ],
        series: [
            {},
            ...lines.map((line) => ({
                label: line.name,
                stroke: colourOf(line.colour),
                width: THICK,
                points: { show: false },
                ...(line.dash && { dash: line.dash }),
                ...(line.filled && { fill: `${colourOf(line.colour)}22` }),
                ...(stepped && { paths: stepped }),
            })),
        ],
    };
}

export function Chart(drawn: Drawn) {
    const place = useRef<HTMLDivElement>(null);
    useEffect(() => {
        const element = place.current;
        if (!element) return;
        let plot: uPlot | undefined;
        const draw = (): void => {
            plot?.destroy();
            const data: uPlot.AlignedData = [
                drawn.times.map((time) => time / SECOND),
                ...drawn.lines.map(({ values }) => values),
            ];
            plot = new uPlot(options(drawn, element.clientWidth), data, element);
        };
        draw();
        const light = matchMedia('(prefers-color-scheme: dark)');
        const turned = new MutationObserver(draw);
        turned.observe(document.documentElement, { attributes: true, attributeFilter: ['data-light'] });
        light.addEventListener('change', draw);
        addEventListener('resize', draw);
        return () => {
            turned.disconnect();
            light.removeEventListener('change', draw);
            removeEventListener('resize', draw);
            plot?.destroy();
        };
    }, [drawn.times, drawn.lines]);
    return (
        <figure class="chart">
            <figcaption>
                {drawn.lines.map(({ name, colour, dash }) => (
                    <span key={name}>
                        <svg width="34" height="8" aria-hidden="true">
                            <line
                                class={`key ${colour.slice(2)}`}
                                x1="0"
                                y1="4"
                                x2="34"
                                y2="4"
                                stroke-dasharray={dash?.join(' ')}
                            />
                        </svg>{' '}
                        {name}
                    </span>
                ))}
            </figcaption>
            <div ref={place} role="img" aria-label={drawn.label} />
        </figure>
    );
}
