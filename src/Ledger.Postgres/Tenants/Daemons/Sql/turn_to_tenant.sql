-- Shows the session the rows of a tenant from now on; of none, with an empty name. $1 its name.
select set_config('ledger.tenant', $1, false)
