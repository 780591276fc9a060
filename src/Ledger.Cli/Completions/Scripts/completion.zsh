#compdef ledger
# Completes the command 'ledger' in zsh: source <(ledger completion zsh)
_ledger() {
    local line="${(j: :)words[2,CURRENT]}"
    local -a found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2> /dev/null)}")
    [[ -n "${found[1]}" ]] && compadd -- "${found[@]}" || _files
}
compdef _ledger ledger
