-- Appends one event whose id was made for the call to each of several streams; the parameters and the result are those of append_new_events_v1.
select {ledger}.append_new_events_v1($1, $2, $3, $4, $5, $6, $7, $8, $9)
