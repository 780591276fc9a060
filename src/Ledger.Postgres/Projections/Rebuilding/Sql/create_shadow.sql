-- Creates an empty copy of a table. $1 the table.
select {ledger}.create_shadow_v1($1)
