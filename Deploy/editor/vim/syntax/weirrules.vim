" Colours for the rule files of Weir.
if exists('b:current_syntax')
  finish
endif

" A word of the language may have these in it: content.text, wecom-robot, message.*
syntax iskeyword @,48-57,_,-,.,*

syntax keyword weirStatement route quota alert channel notify suppress group silence test
syntax keyword weirTarget webhooks webhook outbound drop nothing only
syntax keyword weirClause when to stop shadow messages sends callbacks over level levels kind url daily zone
syntax keyword weirClause accounts event expect after at metric
syntax keyword weirOperator and or not in contains any starts ends with matches exists
syntax keyword weirParticle tenant account repeats for by wait per secret all default times
syntax keyword weirValue info warning critical wecom-robot dingtalk-robot smtp sms reject delay
syntax keyword weirValue second minute hour day true false allowed refused delayed

syntax match weirField /\<[A-Za-z_][A-Za-z0-9_*-]*\.[A-Za-z0-9_.*-]\+/
syntax match weirSign /!=\|<=\|>=\|[=<>]/
syntax match weirNumber /\v<-?\d[0-9_]*(\.\d+)?(\%|ms|s|m|h|d|B|KB|MB|GB)?/
syntax match weirNumber /\<\d\d:\d\d-\d\d:\d\d/
syntax match weirNumber /\<\d\{4}-\d\d-\d\dT[0-9A-Za-z:.+-]\+/
syntax match weirPlace /\<env:[A-Za-z0-9_]\+/
syntax match weirPlace /\<file:\("[^"]*"\|[^ \t"#,{}\[\]()]\+\)/
syntax match weirEscape contained /\\\(["\\nrt]\|u{\x\{1,6}}\)/
syntax region weirString oneline start=/"/ skip=/\\./ end=/"/ contains=weirEscape
syntax match weirComment /#.*$/ contains=@Spell

highlight default link weirStatement Statement
highlight default link weirClause Keyword
highlight default link weirParticle Keyword
highlight default link weirTarget Function
highlight default link weirOperator Operator
highlight default link weirSign Operator
highlight default link weirValue Constant
highlight default link weirField Identifier
highlight default link weirNumber Number
highlight default link weirPlace PreProc
highlight default link weirEscape SpecialChar
highlight default link weirString String
highlight default link weirComment Comment

let b:current_syntax = 'weirrules'
