-- Names a role to the next statement of the transaction. $1 its name.
select set_config('ledger.daemon_role', $1, true)
