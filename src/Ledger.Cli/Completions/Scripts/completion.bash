# Completes the command 'ledger' in bash: source <(ledger completion bash)
_ledger_complete() {
    local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}"
    line="${line#"${COMP_WORDS[0]}"}"
    line="${line# }"
    mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2> /dev/null)" -- "$word")
}
complete -o default -F _ledger_complete ledger
