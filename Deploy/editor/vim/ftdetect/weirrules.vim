" udev's files have the same ending, and folders of their own.
autocmd BufNewFile,BufRead *.rules if expand('<afile>:p') !~# '/udev/\|/audit/\|/polkit-1/' | set filetype=weirrules | endif
