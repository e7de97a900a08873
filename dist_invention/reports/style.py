"""How the page looks: system fonts, few colours, light and dark, wide and narrow."""

from dist_invention.reports.markup import Markup
from dist_invention.reports.style_pictures import CARDS, NARROW, PICTURES

_COLOURS = """
:root{color-scheme:light dark;--page:#f6f6f3;--card:#fff;--ink:#17191e;--soft:#5a616d;
--line:#e2e3de;--band:#f4f4f0;--blue:#1d5fc4;--orange:#c0560c;--good:#17753f;
--bad:#b3261e;--even:#7a5b00;--wash:#eef3fb;
--c0:#9aa1ab;--c1:#1d5fc4;--c2:#d3660f;--c3:#148a68;--c4:#7a4fc0;--c5:#b98a00;
--c6:#c2417f}
@media (prefers-color-scheme:dark){:root{--page:#111317;--card:#191c21;--ink:#e9eaec;
--soft:#9ca4b0;--line:#2c3138;--band:#1f2329;--blue:#79adff;--orange:#f2a05c;
--good:#56c98c;
--bad:#ff8178;--even:#dfb64a;--wash:#1b2636;
--c0:#77808c;--c1:#79adff;--c2:#f2a05c;--c3:#4fc7a2;--c4:#b797f0;--c5:#dfbd4a;
--c6:#f08dba}}
"""

_TEXT = """
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);-webkit-text-size-adjust:100%;
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,
sans-serif}
main,header,footer{max-width:1216px;margin:0 auto;padding:0 24px}
header{padding-top:48px}footer{padding-bottom:56px;color:var(--soft);font-size:14px}
.eyebrow{margin:0 0 10px;color:var(--soft);font-size:14px;overflow-wrap:anywhere}
h1{margin:0 0 14px;max-width:34em;font-size:clamp(22px,2.7vw,31px);line-height:1.25;
letter-spacing:-.015em;font-weight:650;text-wrap:balance;overflow-wrap:anywhere}
h1.leak{color:var(--bad)}
h2{margin:0 0 6px;font-size:22px;line-height:1.25;letter-spacing:-.01em}
h3{margin:28px 0 4px;font-size:17px}h4{margin:20px 0 2px;font-size:15px}
section{margin-top:52px}
p{margin:0 0 12px;max-width:46em}.lede{color:var(--soft);margin-bottom:16px}
.note,small{color:var(--soft);font-size:13px}small{display:block;font-weight:400}
.absent{color:var(--soft);font-style:italic}
.good{color:var(--good)}.bad{color:var(--bad)}.even{color:var(--even)}
.alarm{border:1.5px solid var(--bad);border-radius:8px;padding:10px 14px;
color:var(--bad);
font-weight:600;max-width:none}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",
monospace}
code{overflow-wrap:anywhere}
pre{margin:0 0 12px;padding:12px 14px;background:var(--card);
border:1px solid var(--line);
border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere}
details{margin:12px 0}summary{cursor:pointer;color:var(--blue);font-size:14px}
details[open]>summary{margin-bottom:10px}
a{color:var(--blue)}nav{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:14px}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
"""

_BLOCKS = """
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));
margin:28px 0 0;background:var(--card);border:1px solid var(--line);border-radius:10px;
overflow:hidden}
.tile{padding:14px 16px;margin:0 -1px -1px 0;border:solid var(--line);
border-width:0 1px 1px 0}
.tile b{display:block;font-size:22px;line-height:1.25;font-weight:620;
letter-spacing:-.01em}
.tile span{display:block;color:var(--soft);font-size:13px;line-height:1.4}
dl{display:grid;gap:6px;margin:0 0 12px;
font-size:15px}
dl>div{display:grid;grid-template-columns:11em minmax(0,1fr);gap:0 20px}
dl.facts{grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:14px 20px;
margin:14px 0 18px}dl.facts>div{display:block}dt{color:var(--soft);font-size:14px}dd{
margin:0;min-width:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);
border-radius:8px;
margin:10px 0 14px}
table{border-collapse:collapse;width:100%;font-size:14px;
font-variant-numeric:tabular-nums}
th,td{padding:7px 12px;text-align:left;vertical-align:top;
border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
thead th{color:var(--soft);font-weight:500;font-size:13px;white-space:nowrap;
vertical-align:bottom}
.scores :is(th,td){padding-left:9px;padding-right:9px}.scores small{font-size:12px}
tbody th{font-weight:600}th.stratum{font-weight:400;padding-left:26px;color:var(--soft)}
.num{white-space:nowrap}table.scores td,table.scores th{white-space:nowrap}
table.scores td:has(.said){white-space:normal;min-width:13em}
table.matrix td{text-align:right}td.leak{background:var(--bad);color:var(--card);
font-weight:700}
td code{overflow-wrap:normal}table.log td:last-child{width:70%}
tr:has(.stratum) .said{font-weight:400}
td.zero,td.self{color:var(--soft)}td:last-child{min-width:12em}table.matrix td{
min-width:0}
table.scores td:last-child{min-width:0}.ranges span{display:inline-block;
margin-right:18px}
td.ranges{color:var(--soft);font-size:13px;min-width:22em}
table.scores tbody th{position:sticky;left:0;background:var(--card)}
table.matrix th{position:sticky;left:0;background:var(--card)}table.matrix th+th{
position:static;
text-align:right}
.bar{display:flex;gap:2px;margin:14px 0 6px}
.bar span{min-width:20px;padding:3px 8px;background:var(--wash);
border-top:3px solid var(--blue);
font-size:13px;font-weight:600;white-space:nowrap;overflow:hidden;
text-overflow:ellipsis}.bar i{font-style:normal;margin-left:6px}
.bar span:nth-child(even){background:var(--band);border-color:var(--c0)}
ol.stages{list-style:none;margin:0;padding:0;display:grid;gap:12px;
grid-template-columns:repeat(auto-fit,minmax(min(100%,240px),1fr))}
ol.stages li{background:var(--card);border:1px solid var(--line);border-radius:8px;
padding:12px 14px;font-size:14px;overflow-wrap:anywhere}
ol.stages b{display:block;font-size:15px}ol.stages .why{margin:6px 0 0}
.grid3{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,320px),
1fr));gap:14px}
.grid2{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,460px),
1fr));gap:14px}
.record{margin-bottom:22px}
"""

_FIGURES = """
figure.panel{margin:0;min-width:0;background:var(--card);border:1px solid var(--line);
border-radius:8px;padding:12px 14px}
figcaption{font-size:14px;line-height:1.35;margin-bottom:8px;overflow-wrap:anywhere}
figcaption span{color:var(--soft);font-size:13px}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:6px 0 8px;font-size:13px;
color:var(--soft)}
.panel .legend{margin:8px 0 0}.key{display:inline-flex;align-items:center;gap:7px}
.plotbox{padding:16px 6px 0 44px}.plot svg{overflow:visible}.panel .note{
margin:4px 0 0}svg{display:block}svg.plot,svg.path{overflow:visible}
svg.path{width:100%;height:auto;max-width:420px;margin:0 auto}
svg text{font-size:11px;fill:var(--soft);font-variant-numeric:tabular-nums}
.band{fill:var(--card)}.band.odd{fill:var(--band)}.grid{stroke:var(--line)}
.ytick{text-anchor:end;dominant-baseline:central}.xtick,.stage{text-anchor:middle}
.axis{text-anchor:end}
[class^=c]:is(polyline,line,path){fill:none;stroke-width:1.8;stroke-linejoin:round;
vector-effect:non-scaling-stroke}
.dot{stroke-width:5px!important;stroke-linecap:round}
.c0{stroke:var(--c0);stroke-width:1.2!important}.c1{stroke:var(--c1)}.c2{
stroke:var(--c2)}
.c3{stroke:var(--c3)}.c4{stroke:var(--c4)}.c5{stroke:var(--c5)}.c6{stroke:var(--c6)}
.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{
fill:var(--c5)}
.f6{fill:var(--c6)}polygon{opacity:.82;stroke:var(--card);stroke-width:1;
vector-effect:non-scaling-stroke}
[class^=r-]{fill:none;stroke-linejoin:round}
.r-context{stroke:var(--c0);stroke-width:3.2;stroke-linecap:round;stroke-dasharray:.1 5}
.r-true{stroke:var(--ink);stroke-width:1.8}
.r-predicted{stroke:var(--blue);stroke-width:2.2;stroke-dasharray:7 4}
.r-baseline{stroke:var(--orange);stroke-width:1.5;stroke-dasharray:9 3 2 3}
.r-baseline.s1{stroke:var(--c3);stroke-dasharray:2 3}
.r-baseline.s2{stroke:var(--c4);stroke-dasharray:12 4}
.r-baseline.s3{stroke:var(--c0);stroke-dasharray:5 2}
.box{fill:none;stroke:var(--soft);stroke-width:1.2}.tick{stroke:var(--soft)}
.start{fill:var(--c0)}.end-true{fill:var(--ink)}
.end-predicted{fill:var(--card);stroke:var(--blue);stroke-width:2}
.end-baseline{fill:var(--card);stroke:var(--orange);stroke-width:1.5}
text.name{fill:var(--ink);paint-order:stroke;stroke:var(--card);stroke-width:3px}
.dots figcaption b{margin-right:10px}.said{font-weight:600;font-size:13px}
figcaption .said.good{color:var(--good)}figcaption .said.bad{color:var(--bad)}
figcaption .said.even{color:var(--even)}
.row{display:grid;grid-template-columns:minmax(0,11.5em) minmax(0,1fr) 5.2em;gap:10px;
align-items:center;font-size:13px;line-height:1.25;padding:1px 0}
.row em{font-style:normal;color:var(--soft)}
.row .value{text-align:right;white-space:nowrap;
font-variant-numeric:tabular-nums}.row.model{font-weight:650}.row.ceiling{
color:var(--soft)}
.track{overflow:visible}.rail{stroke:var(--line)}.reference{stroke:var(--c0);
stroke-dasharray:2 3}
.whisker{stroke:var(--blue);stroke-width:3.5;stroke-linecap:round;opacity:.45}
.m-model{fill:var(--blue)}.m-classical{fill:var(--orange)}
.m-trivial{fill:var(--card);stroke:var(--orange);stroke-width:2}
.m-ceiling{fill:var(--card);stroke:var(--c0);stroke-width:2;stroke-dasharray:2 2}
.scale text{text-anchor:middle}
"""

_NARROW = """
@media (max-width:560px){main,header,footer{padding-left:16px;padding-right:16px}
header{padding-top:28px}section{margin-top:40px}.tiles{grid-template-columns:1fr 1fr}
.tile b{font-size:20px}dl:not(.facts)>div{grid-template-columns:1fr}
table.scores tbody th{max-width:9.5em}table.scores th:first-child{white-space:normal}
table.scores tbody th small{display:none}
.bar i{display:none}
.row{grid-template-columns:minmax(0,8.5em) minmax(0,1fr) 5.2em;gap:8px}
figure.panel{padding:10px}}

"""


def stylesheet() -> Markup:
    """Return the style element of the page."""
    rules = _COLOURS + _TEXT + _BLOCKS + _FIGURES + CARDS + PICTURES + _NARROW + NARROW
    return Markup(f"<style>{rules}</style>")
