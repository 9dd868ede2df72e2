module.exports=(function(exports,require,module){var u=Object.defineProperty;var f=Object.getOwnPropertyDescriptor;var $=Object.getOwnPropertyNames;var x=Object.prototype.hasOwnProperty;var b=(t,e)=>{for(var r in e)u(t,r,{get:e[r],enumerable:!0})},j=(t,e,r,o)=>{if(e&&typeof e=="object"||typeof e=="function")for(let n of $(e))!x.call(t,n)&&n!==r&&u(t,n,{get:()=>e[n],enumerable:!(o=f(e,n))||o.enumerable});return t};var d=t=>j(u({},"__esModule",{value:!0}),t);var v={};b(v,{renderAuditJson:()=>l});module.exports=d(v);var a=require("./chunk-6FYDNU56.js"),g=1;function l(t){const{title:e,generated:r,summary:o,repositories:n,exceptions:p}=t;return`{
${[`"version": ${g}`,`"title": ${(0,a.jsonText)(e)}`,`"generated": ${(0,a.jsonText)(r)}`,`"summary": ${(0,a.jsonText)(o)}`,i("repositories",n.map(M)),i("references",n.flatMap(s=>s.references.map(m=>({repository:s.name,...m})))),i("problems",n.flatMap(s=>s.problems.map(m=>({repository:s.name,...m})))),i("exceptions",n.flatMap(s=>s.exceptions.map(m=>({repository:s.name,...m})))),i("exceptionGroups",p),...y(t)].join(`,
`)}
}
`}function y({registries:t,namespaces:e,imageRepositories:r,images:o}){return Object.entries({registries:t,namespaces:e,imageRepositories:r,images:o}).map(([p,c])=>i(p,c))}function M({name:t,status:e,error:r,revision:o,url:n,counts:p,policies:c,notes:s}){return{name:t,status:e,error:r,revision:o,url:n,counts:p,policies:c,notes:s}}function i(t,e){return e.length===0?`"${t}": []`:`"${t}": [
${e.map(a.jsonText).join(`,
`)}
]`}0&&(module.exports={renderAuditJson});
})
