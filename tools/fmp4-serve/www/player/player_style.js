// A style sheet made by script, which every Content-Security-Policy allows; <style> would not be.
export const PLAYER_STYLE = `
:host { display: block; aspect-ratio: 16 / 9; background: #07090b; color: #fff; overflow: hidden;
  font: 400 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid #40c4b3; outline-offset: -2px; }
#stage { position: relative; width: 100%; height: 100%; overflow: hidden; background: inherit; }
video { display: block; width: 100%; height: 100%; object-fit: contain; }
video::cue { font-size: 80%; }

.veil { position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: 6px; padding: 20px; text-align: center; pointer-events: none;
  background: radial-gradient(circle at 50% 45%, rgb(16 32 34 / .78), rgb(4 6 8 / .88)); transition: opacity .25s; }
.veil p { margin: 0; font-size: 17px; font-weight: 550; }
.veil .detail { font-size: 13px; font-weight: 400; color: #b3bcc4; overflow-wrap: anywhere; }
[data-state="live"] .veil, [data-state="paused"] .veil { opacity: 0; }
[data-state="buffering"] .veil { transition-delay: .3s; background: rgb(4 6 8 / .35); }
.spinner { width: 34px; height: 34px; margin-bottom: 10px; border: 3px solid rgb(255 255 255 / .2);
  border-top-color: #40c4b3; border-radius: 50%; animation: turn .9s linear infinite; }
@keyframes turn { to { rotate: 1turn; } }
:is([data-state="idle"], [data-state="ended"], [data-state="failed"]) .spinner { display: none; }
[data-blind]:is([data-state="live"], [data-state="paused"])::after { content: "Sound only"; position: absolute; inset: 0;
  display: grid; place-items: center; font-size: 17px; color: #b3bcc4; pointer-events: none; }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }

svg { width: 22px; height: 22px; fill: currentcolor; }
.stroke { fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
button { display: inline-flex; align-items: center; gap: 8px; font: inherit; font-weight: 550; color: #fff;
  border: 1px solid transparent; border-radius: 8px; cursor: pointer; white-space: nowrap; }
.unmute { position: absolute; top: 16px; left: 16px; padding: 7px 14px 7px 11px; border-radius: 99px; font-size: 14px;
  background: rgb(10 14 16 / .72); border-color: rgb(255 255 255 / .22); backdrop-filter: blur(8px); }
.unmute:hover { background: rgb(10 14 16 / .9); }
.start { position: absolute; inset: 0; margin: auto; width: max-content; height: max-content;
  padding: 14px 26px 14px 20px; border-radius: 99px; font-size: 17px; background: #0b756c; }

.controls { position: absolute; inset: auto 0 0; display: flex; align-items: center; gap: 4px; padding: 28px 12px 10px;
  background: linear-gradient(transparent, rgb(0 0 0 / .65)); opacity: 0; transition: opacity .2s; }
#stage:hover .controls, #stage:focus-within .controls, [data-state="paused"] .controls { opacity: 1; }
@media (hover: none) { .controls { opacity: 1; } }
.controls button { padding: 7px; background: transparent; }
.controls button:hover { background: rgb(255 255 255 / .16); }
.controls button[aria-pressed="true"] { color: #40c4b3; }
.controls input { width: 92px; accent-color: #40c4b3; }
.still { position: absolute; inset: 0; pointer-events: none; }
.still:empty { display: none; }
.still canvas { display: block; width: 100%; height: 100%; object-fit: contain; }
[data-offered] .veil { opacity: 0; }
.controls .live { margin-left: auto; padding: 7px 10px; font-size: 12px; font-weight: 650; letter-spacing: .06em; text-transform: uppercase; }
.live::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 7px; border-radius: 50%; background: #8a939b; }
[data-state="live"] .live::before { background: #ff4d4d; }
#stage:not([data-state="paused"]) .when-paused, [data-state="paused"] .when-playing,
#stage:not([data-muted]) .when-muted, [data-muted] .when-loud,
#stage:not([data-sound]) :is(#mute, #volume) { display: none; }

.stats { position: absolute; top: 12px; right: 12px; margin: 0; padding: 10px 14px; border-radius: 10px;
  display: grid; grid-template-columns: auto auto; gap: 1px 14px; max-width: calc(100% - 24px);
  font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-variant-numeric: tabular-nums;
  background: rgb(4 6 8 / .78); }
.stats dt { color: #9aa5ad; }
.stats dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 520px) { .unmute { top: 10px; left: 10px; font-size: 13px; } .stats { top: auto; bottom: 56px; } }
`;
