import { chromium } from 'playwright-core';
const [,, base, ...specs] = process.argv;
const b = await chromium.launch({executablePath:'/usr/bin/chromium', args:['--no-sandbox','--disable-gpu','--disable-background-networking','--disable-component-update','--disable-sync']});
for (const s of specs){ const [path,w,scheme,out,full]=s.split('|'); const p=await b.newPage({viewport:{width:+w,height:w<500?780:900},colorScheme:scheme}); p.on('console',m=>{if(m.type()=='error')console.log('console',path,m.text())}); await p.goto(base+path); await p.waitForTimeout(300); await p.screenshot({path:out,fullPage:full=='full'}); await p.close(); }
await b.close();
