" gggqG formats the whole file. One with errors becomes the text of its findings: undo brings it back.
"
" Without the usual guard: Vim takes *.rules for another program's first, whose plugin leaves it set.

setlocal commentstring=#\ %s comments=:#
setlocal expandtab shiftwidth=4 softtabstop=4
setlocal formatprg=weir\ rules\ fmt\ -

let b:undo_ftplugin = 'setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< formatprg<'
