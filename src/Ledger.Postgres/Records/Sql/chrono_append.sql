-- Appends to a record store. The parameters and the result are those of the function.
select {ledger}.chrono_append_v1(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
