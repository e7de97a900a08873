"""How pictures and verdicts look: shapes, dashes and words first, colours second."""

CARDS = """
ul.cards{list-style:none;margin:10px 0 14px;padding:0;display:grid;gap:12px;
grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));align-items:start}
ul.cards>li{background:var(--card);border:1px solid var(--line);
border-left:5px solid var(--c0);border-radius:8px;padding:12px 14px;font-size:14px;
min-width:0;overflow-wrap:anywhere}
ul.cards p{margin:6px 0 0}ul.cards details{margin:8px 0 0}
ul.cards li:has(details[open]){grid-column:1/-1}
ul.cards li>b{margin-right:8px}
.verdict{display:flex;align-items:center;gap:8px;font-weight:650;margin:0 0 4px
!important;color:var(--soft)}
ul.cards>li.v-leak{border-left-color:var(--bad)}.v-leak .verdict{color:var(--bad)}
ul.cards>li.v-same{border-left-color:var(--c0)}.v-same .verdict{color:var(--ink)}
ul.cards>li.v-inside{border-left-color:var(--even)}.v-inside .verdict{color:var(--even)}
ul.cards>li.v-outside{border-left-color:var(--blue)}
.v-outside .verdict{color:var(--blue)}
ul.cards>li.v-unknown{border-left-style:dashed}
.pict{flex:none}.supportbox{fill:var(--band);stroke:var(--soft);stroke-width:1.4}
.supportdot{fill:var(--ink)}.supportcross{stroke:var(--bad);stroke-width:2.2}
svg text.supportmark{fill:var(--ink);text-anchor:middle;font-weight:700}
.lines{display:grid;gap:6px;font-size:13px;color:var(--soft)}
.warn{border-left:4px solid var(--even);background:var(--card);padding:8px 14px;
max-width:none;font-size:14px;margin-bottom:8px}
.lines .key{align-items:flex-start}
"""

PICTURES = """
.mark{overflow:visible}.mark path{stroke-linejoin:round}
.plotbox .xlabel{margin:20px 0 0;text-align:right;font-size:12px;line-height:1.3;
color:var(--soft);max-width:none}
.plotbox.rungs{padding-top:56px}.plotbox.named{padding-right:112px}
svg text.inside{fill:var(--ink);dominant-baseline:central;paint-order:stroke;
stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
.ladder{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}
.l-model{stroke:var(--blue)}.l-classical{stroke:var(--orange);stroke-dasharray:7 4}
.l-trivial{stroke:var(--orange);stroke-dasharray:2 3}
.guide{stroke:var(--line);stroke-dasharray:3 3}
svg text.rung{fill:var(--ink);font-weight:600}
.a1{color:var(--c1)}.a2{color:var(--c2)}.a3{color:var(--c3)}.a4{color:var(--c4)}
.a5{color:var(--c5)}.a6{color:var(--c6)}
.d2{stroke-dasharray:8 4}.d3{stroke-dasharray:2 3}.d4{stroke-dasharray:10 3 2 3}
.d5{stroke-dasharray:5 2}
.armline,.seedline{fill:none;stroke:currentColor;vector-effect:non-scaling-stroke;
stroke-linejoin:round}
.armline{stroke-width:2.6}.seedline{stroke-width:1;opacity:.45}
.armmark{fill:var(--card);stroke:currentColor;stroke-width:1.8;stroke-dasharray:none}
svg text.armname{fill:currentColor;font-weight:650;dominant-baseline:central;
stroke-dasharray:none}
.m-seed{fill:var(--ink);opacity:.65}.panel+ol.stages{margin-top:12px}
.zeroline{stroke:var(--ink);stroke-width:1.3}
.row.paired{padding:3px 0}.row small{line-height:1.25;font-size:12px;color:inherit}
.row small:not([class]){color:var(--soft)}
.c2{stroke-dasharray:8 4}.c3{stroke-dasharray:2 3}.c4{stroke-dasharray:10 3 2 3}
.c5{stroke-dasharray:5 2}.c6{stroke-dasharray:12 3 2 3 2 3}.dot{stroke-dasharray:none}
table.shaded td{text-align:right}
.g0{background:var(--card)}
.g1{background:color-mix(in srgb,var(--blue) 9%,var(--card))}
.g2{background:color-mix(in srgb,var(--blue) 19%,var(--card))}
.g3{background:color-mix(in srgb,var(--blue) 30%,var(--card))}
.g4{background:color-mix(in srgb,var(--blue) 42%,var(--card))}
table.matrix.shaded thead th{white-space:normal;min-width:7em}
.barname{margin:14px 0 0}.barname+.bar{margin-top:4px}
small.seeds{white-space:normal;max-width:23em}
small.good{color:var(--good)}small.bad{color:var(--bad)}
table.verdicts td:last-child{min-width:22em}
table.scores tbody th{white-space:normal;min-width:9em}
table.scores td:has(.said){min-width:11em}
table.verdicts :is(td,th):nth-child(-n+3){white-space:nowrap}
td.worst,td.worst small{white-space:normal!important}td.worst{min-width:7em}
table.verdicts td:has(.said){
white-space:nowrap}
table.runs td:last-child{min-width:0;white-space:nowrap}
"""

NARROW = """
@media (max-width:560px){.plotbox.named{padding-right:8px}.armname{display:none}
table.verdicts thead{display:none}table.verdicts tr{display:block;padding:8px 0;
border-bottom:1px solid var(--line)}
table.verdicts :is(td,th){display:inline-block;border:0;padding:2px 0 2px 12px}
table.verdicts td:last-child{display:block;min-width:0;padding-right:12px}}
@media print{:root{--page:#fff;--band:#f1f1ee}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
nav{display:none}main,header,footer{max-width:none;padding:0}header{padding-top:0}
body{font-size:12px}h1{font-size:20px}section{margin-top:26px}
figure,li,tr,pre,.tiles{break-inside:avoid}h2,h3,h4{break-after:avoid}
.scroll{overflow:visible;border:0}table,thead th{font-size:10px}
ul.cards{grid-template-columns:1fr}
th,td{padding:3px 5px;white-space:normal!important;min-width:0!important;
overflow-wrap:anywhere}
table.scores tbody th,table.matrix th{position:static}
details::details-content{content-visibility:visible;block-size:auto}}
"""
