-- Shows the rest of the transaction the rows of a tenant. $1 its name.
select set_config('ledger.tenant', $1, true)
