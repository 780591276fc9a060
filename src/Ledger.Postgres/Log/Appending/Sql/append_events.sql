-- Appends events to one stream; the parameters and the result are those of append_events_v3.
select outcome,
       version,
       last_sequence,
       id_in_use,
       id_holder,
       refusal
from {ledger}.append_events_v3($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
