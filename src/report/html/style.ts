/** How the report looks: light and dark as the reader has it, on a phone, on paper. */

export const style = `
:root{color-scheme:light dark;--paper:#fff;--card:#f5f7f9;--ink:#1b232c;--soft:#56616d;--rule:#d5dbe1;--grid:#e4e8ec;
--up:#0b62c4;--down:#b3470b;--latency:#6d3fc0;--good:#1a7440;--bad:#b3261e;--warn:#8a5a00;--badpaper:#fdeeec;--warnpaper:#fdf4e0}
@media (prefers-color-scheme:dark){:root{--paper:#12171d;--card:#1a2129;--ink:#e6ebf0;--soft:#9daab7;--rule:#35404b;--grid:#28313a;
--up:#64aeff;--down:#ff9d5c;--latency:#bc9cff;--good:#62c98a;--bad:#ff8d84;--warn:#efbe62;--badpaper:#35191a;--warnpaper:#302510}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1000px;margin:0 auto;padding:28px 20px 40px}
h1{font-size:24px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere;letter-spacing:-.01em}
h2{font-size:16px;margin:36px 0 10px}
h3{font-size:14px;margin:18px 0 6px;color:var(--soft);font-weight:600}
p{margin:6px 0}
.sub{color:var(--soft);overflow-wrap:anywhere}
.told{margin:18px 0 0;padding:10px 14px;border-left:4px solid var(--warn);background:var(--warnpaper);border-radius:4px;overflow-wrap:anywhere}
.told.bad{border-color:var(--bad);background:var(--badpaper)}
.told p:first-child{margin-top:0}.told p:last-child{margin-bottom:0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(148px,1fr));gap:10px;margin:22px 0 0;padding:0;list-style:none}
.cards li{background:var(--card);border-radius:8px;padding:11px 14px 12px;break-inside:avoid}
.cards .name{display:block;color:var(--soft);font-size:13px}
.cards .value{font-size:27px;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.02em;white-space:nowrap}
.cards .unit{font-size:14px;font-weight:400;letter-spacing:0;color:var(--soft);margin-left:4px}
.cards .more{display:block;color:var(--soft);font-size:13px;font-variant-numeric:tabular-nums}
.cards .up .name::before,.cards .down .name::before{content:"";display:inline-block;width:20px;margin-right:7px;vertical-align:middle;border-top:3px solid var(--up)}
.cards .down .name::before{border-top:3px dashed var(--down)}
figure{margin:0;break-inside:avoid}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;margin:0 0 8px;padding:0;list-style:none;font-size:13px;color:var(--soft)}
.legend svg{width:30px;height:10px;margin-right:7px;vertical-align:middle}
.chart{display:block;width:100%;height:auto;overflow:visible}
.chart.narrow{display:none}
.chart text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--soft)}
.chart .axis{font-weight:600;fill:var(--ink)}
path{fill:none;stroke-linejoin:round}
.grid{stroke:var(--grid)}.base{stroke:var(--rule)}
.line{stroke-width:2}.line.up{stroke:var(--up)}.line.down{stroke:var(--down);stroke-dasharray:7 4}
.area{opacity:.12}.area.up{fill:var(--up)}.area.down{fill:var(--down)}
.line.latency{stroke:var(--latency);stroke-width:1.5}.line.queue{stroke-width:1.5}
.idle{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:2 4}.open{fill:var(--bad)}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:5px 10px;border-bottom:1px solid var(--rule);white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}
th:last-child,td:last-child{padding-right:0}
th.text,td.text{text-align:left;white-space:normal}td.text{min-width:14ch}
thead th{color:var(--soft);font-weight:600;font-size:13px;vertical-align:bottom}
tbody th{font-weight:400}tr.sum th,tr.sum td{font-weight:600}
tr{break-inside:avoid}
dl{display:grid;grid-template-columns:minmax(120px,max-content) 1fr;gap:4px 20px;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
details{margin:10px 0}summary{cursor:pointer;color:var(--soft);padding:3px 0}
summary:focus-visible{outline:2px solid var(--up);outline-offset:2px}
pre{background:var(--card);border-radius:8px;padding:12px;overflow-x:auto;font:12px/1.45 ui-monospace,Menlo,Consolas,monospace}
ul.plain{margin:0;padding-left:20px;overflow-wrap:anywhere}
.note{color:var(--soft);font-size:13px}
footer{margin-top:40px;padding-top:12px;border-top:1px solid var(--rule);color:var(--soft);font-size:13px;overflow-wrap:anywhere}
code{font:12.5px ui-monospace,Menlo,Consolas,monospace}
@media (max-width:960px){.cards{grid-template-columns:repeat(3,1fr)}}
@media (max-width:640px){main{padding:18px 14px 30px}h1{font-size:20px}.chart.wide{display:none}.chart.narrow{display:block}
.cards{grid-template-columns:1fr 1fr;gap:8px}.cards li{padding:9px 11px}.cards .value{font-size:22px}
dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}table{font-size:12.5px}thead th{font-size:12px}th,td{padding:5px 0 5px 8px;white-space:normal}}
@media print{table,.note,footer{font-size:11px}thead th{font-size:11px}th,td{padding:4px 6px}td.text{min-width:0}:root{color-scheme:light;--paper:#fff;--card:#f3f5f7;--ink:#000;--soft:#444;--rule:#bbb;--grid:#ddd;--up:#0b62c4;--down:#b3470b;
--latency:#6d3fc0;--bad:#b3261e;--warn:#8a5a00;--badpaper:#fdeeec;--warnpaper:#fdf4e0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}main{max-width:none;padding:0}body{font-size:12px}h2{break-after:avoid;margin-top:22px}
.chart.wide{display:block}.chart.narrow{display:none}details::details-content{content-visibility:visible;height:auto}.scroll{overflow:visible}pre{white-space:pre-wrap;font-size:9px}}
`;
