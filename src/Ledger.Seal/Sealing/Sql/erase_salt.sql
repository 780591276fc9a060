-- Deletes the salt of a payload, and keeps what it committed to: $1 the leaf, $2 the commitment of data, $3 that of bdata, empty for none.
update {ledger}.seal_leaf as l
set data_salt = null,
    data_commitment = $2,
    bdata_commitment = nullif($3, ''::bytea)
where l.leaf = $1
