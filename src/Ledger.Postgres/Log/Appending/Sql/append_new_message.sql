-- Appends the event of one message whose id was made for the call; the parameters and the result are those of append_new_message_v1.
select {ledger}.append_new_message_v1($1, $2, $3, $4, $5, $6, $7, $8, $9)
