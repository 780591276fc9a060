-- Creates a branch; the parameters and the result are those of create_branch_v2.
select outcome,
       created_at,
       id_holder,
       prefix_length
from {ledger}.create_branch_v2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
