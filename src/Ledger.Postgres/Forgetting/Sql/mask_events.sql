-- Replaces payloads; the parameters are those of the function.
select {ledger}.mask_events_v1($1, $2, $3, $4, $5, $6, $7, $8)
