-- Makes an empty table beside another. $1 the table.
select {ledger}.create_shadow_v1($1)
