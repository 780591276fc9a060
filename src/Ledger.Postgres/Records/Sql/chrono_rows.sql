-- Writes rows of a record store. The parameters are those of the function.
select {ledger}.chrono_rows_v1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
