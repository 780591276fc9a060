# Completes the command 'ledger' in fish: ledger completion fish | source
function __ledger_complete
    set -l line (commandline -cp | string replace -r '^\S+\s?' '')
    ledger "[suggest:"(string length -- "$line")"]" "$line" 2> /dev/null
end
complete -c ledger -a '(__ledger_complete)'
