-- Puts the new table in the place of the other. $1 the table.
select {ledger}.swap_shadow_v1($1)
