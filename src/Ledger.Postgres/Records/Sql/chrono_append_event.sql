-- Appends one event to a record store. The parameters and the result are those of the function.
select {ledger}.chrono_append_event_v2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
