-- Takes the locks of a masking; the parameters are those of the function.
select {ledger}.lock_masked_v1($1, $2, $3, $4, $5)
